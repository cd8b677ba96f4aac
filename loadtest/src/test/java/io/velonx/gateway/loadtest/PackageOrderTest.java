package io.velonx.gateway.loadtest;

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

/** The swarm knows only the wire, and packages see only those that stand before them. */
class PackageOrderTest {
  private static final String GATEWAY = "io.velonx.gateway.";
  private static final String BASE = "io.velonx.gateway.loadtest";
  private static final String MICRO = BASE + ".micro";

  private static final List<String> ORDER =
      List.of("dialect", "measure", "swarm", "publish", "scenario", "rolling", "");

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(BASE);

  @Test
  void theSwarmImportsNothingOfTheGateway() {
    TreeSet<String> violations = new TreeSet<>();
    for (JavaClass origin : classes) {
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        String target = dependency.getTargetClass().getPackageName();
        if (!origin.getPackageName().startsWith(MICRO)
            && (target + ".").startsWith(GATEWAY)
            && (!target.startsWith(BASE) || target.startsWith(MICRO))) {
          violations.add(origin.getName() + " sees " + dependency.getTargetClass().getName());
        }
      }
    }
    assertEquals(new TreeSet<String>(), violations);
    assertTrue(classes.contain(LoadTest.class));
  }

  @Test
  void packagesSeeOnlyThoseBeforeThem() {
    TreeSet<String> violations = new TreeSet<>();
    for (JavaClass origin : classes) {
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass();
        if (place(origin) >= 0 && place(target) > place(origin)) {
          violations.add(origin.getName() + " sees " + target.getName());
        }
      }
    }
    assertEquals(new TreeSet<String>(), violations);
  }

  /** -1 for packages that stand beside the swarm. */
  private static int place(JavaClass javaClass) {
    String name = javaClass.getPackageName();
    if (!name.startsWith(BASE)) {
      return -1;
    }
    return ORDER.indexOf(name.equals(BASE) ? "" : name.substring(BASE.length() + 1));
  }
}
