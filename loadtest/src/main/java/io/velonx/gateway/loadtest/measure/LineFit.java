package io.velonx.gateway.loadtest.measure;

import java.util.List;

/** A straight line through points, by least squares. */
public record LineFit(double slope, double intercept) {
  /** Fails: {@link IllegalArgumentException} without two different places. */
  public static LineFit through(List<Point> points) {
    double meanX = points.stream().mapToDouble(Point::x).average().orElse(0);
    double meanY = points.stream().mapToDouble(Point::y).average().orElse(0);
    double covariance = 0;
    double variance = 0;
    for (Point point : points) {
      covariance += (point.x - meanX) * (point.y - meanY);
      variance += (point.x - meanX) * (point.x - meanX);
    }
    if (variance == 0) {
      throw new IllegalArgumentException("points: " + points + " (expected: two places)");
    }
    double slope = covariance / variance;
    return new LineFit(slope, meanY - slope * meanX);
  }

  /** A measured value at a place. */
  public record Point(double x, double y) {}
}
