package io.velonx.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Packages see only those that stand before them, so that the code can be read from one end. */
class PackageOrderTest {
  private static final String BASE = "io.velonx.gateway";

  private static final List<String> ORDER =
      List.of(
          "protocol",
          "metrics",
          "auth",
          "backend",
          "limit",
          "connection",
          "fanout",
          "backplane",
          "backplane.local",
          "backplane.redis",
          "presence",
          "history",
          "inbox",
          "files",
          "dispatch",
          "pipeline",
          "");

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(BASE);

  @Test
  void packagesSeeOnlyThoseBeforeThem() {
    TreeSet<String> violations = new TreeSet<>();
    for (JavaClass origin : classes) {
      int place = place(origin);
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass();
        if (target.getPackageName().startsWith(BASE) && place(target) > place) {
          violations.add(origin.getName() + " sees " + target.getName());
        }
      }
    }
    assertEquals(new TreeSet<String>(), violations);
  }

  @Test
  void backplanesDoNotSeeEachOther() {
    for (JavaClass origin : classes) {
      boolean seesLocal =
          origin.getDirectDependenciesFromSelf().stream()
              .anyMatch(
                  seen -> seen.getTargetClass().getPackageName().equals(BASE + ".backplane.local"));
      assertTrue(
          !(seesLocal && origin.getPackageName().equals(BASE + ".backplane.redis")),
          origin.getName());
    }
  }

  private static int place(JavaClass javaClass) {
    String name = javaClass.getPackageName();
    int place = ORDER.indexOf(name.equals(BASE) ? "" : name.substring(BASE.length() + 1));
    assertTrue(place >= 0, "package without a place in the order: " + name);
    return place;
  }
}
