package io.shardsum;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("gpu") // with the profile, the functions for GPUs are among the classes
class ArchitectureTest {

  /** Each may use those behind it. */
  private static final List<String> DOWNWARDS =
      List.of(
          "cli",
          "demo",
          "report",
          "history",
          "signing",
          "scan",
          "scan.reuse",
          "scan.live",
          "scan.judge",
          "scan.reread",
          "scan.checkpoint",
          "scan.manifest",
          "scan.files",
          "scan.canary",
          "scan.plan",
          "tables",
          "verdict",
          "damage",
          "live",
          "gpu",
          "source",
          "source.sglang",
          "source.sums",
          "hosts",
          "expect",
          "expect.table",
          "expect.model",
          "expect.recipe",
          "manifest",
          "fleet",
          "io",
          "checksum",
          "safetensors",
          "text",
          "exit",
          "sigstore");

  private static final List<Path> SOURCES =
      List.of(
          Path.of("src/main/java"),
          Path.of("src/gpu/java"),
          Path.of("src/vector/java"),
          Path.of("src/sigstore/java"),
          Path.of("src/test/java"),
          Path.of("src/gpu-test/java"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.shardsum");

  @Test
  void hasNoPackageWithoutAPlaceInTheOrder() {
    assertThat(CLASSES)
        .extracting(type -> type.getPackageName())
        .containsOnly(DOWNWARDS.stream().map(name -> "io.shardsum." + name).toArray(String[]::new));
  }

  @Test
  void dependsDownwardsOnly() {
    for (int index = 1; index < DOWNWARDS.size(); index++) {
      noClasses()
          .that()
          .resideInAPackage(packageOf(DOWNWARDS.get(index)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              DOWNWARDS.subList(0, index).stream()
                  .map(ArchitectureTest::packageOf)
                  .toArray(String[]::new))
          .check(CLASSES);
    }
  }

  @Test
  void hasNoCycles() {
    slices().matching("io.shardsum.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "safetensors",
        "checksum",
        "expect",
        "expect.table",
        "expect.model",
        "expect.recipe",
        "fleet",
        "io",
        "text",
        "verdict",
        "damage",
        "live"
      })
  void keepsSparkOutOf(String name) {
    noClasses()
        .that()
        .resideInAPackage(packageOf(name))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "scala..")
        .check(CLASSES);
  }

  @Test
  void parsesArgumentsInTheCommandsOnly() {
    noClasses()
        .that(resideOutsideOfPackage(packageOf("cli")))
        .should()
        .dependOnClassesThat(resideInAPackage("picocli.."))
        .check(CLASSES);
  }

  @Test
  void parsesYamlInTheFleetOnly() {
    noClasses()
        .that(resideOutsideOfPackage(packageOf("fleet")))
        .should()
        .dependOnClassesThat(resideInAPackage("org.snakeyaml.."))
        .check(CLASSES);
  }

  /** By what these extend, all others know them. */
  @Test
  void loadsCudfByTheNameOfAClassOnly() {
    DescribedPredicate<JavaClass> needCudf =
        JavaClass.Predicates.resideInAnyPackage("ai.rapids..", "com.nvidia..");
    DescribedPredicate<JavaClass> forGpus =
        HasName.Predicates.nameMatching("io\\.shardsum\\.gpu\\.(Gpu|Cudf).*").forSubtype();
    noClasses()
        .that(DescribedPredicate.not(forGpus))
        .should()
        .dependOnClassesThat(needCudf.or(forGpus))
        .check(CLASSES);
  }

  /** All others run where Spark's releases of its libraries are. */
  @Test
  void loadsSigstoreByTheNameOfAClassOnly() {
    noClasses()
        .that(resideOutsideOfPackage(packageOf("sigstore")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.sigstore..", "org.bouncycastle..", packageOf("sigstore"))
        .check(CLASSES);
  }

  @Test
  void importsNothingOfScala() throws IOException {
    List<String> imports = new ArrayList<>();
    for (Path directory : SOURCES) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          Files.readAllLines(file).stream()
              .filter(line -> line.matches("import (static )?scala\\..*"))
              .forEach(line -> imports.add(file + ": " + line));
        }
      }
    }
    assertThat(imports).isEmpty();
  }

  private static String packageOf(String name) {
    return "io.shardsum." + name;
  }
}
