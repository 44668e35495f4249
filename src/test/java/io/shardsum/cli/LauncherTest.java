package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.exit.ExitCode;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code jobs/launch.sh} hands on, and what it refuses before anything starts: in a directory
 * as {@code jobs/install} makes it, with programs that print their arguments.
 */
class LauncherTest {

  private static final String PRINTS_ARGUMENTS = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n";

  /** Options of spark-submit that start no job, or that the launcher itself gives. */
  private static final Set<String> NOT_FOR_JOBS =
      Set.of(
          "--class",
          "--driver-default-class-path",
          "--kill",
          "--status",
          "--remote",
          "--help",
          "--usage-error",
          "--version");

  @TempDir Path root;

  private Path home;
  private final Map<String, String> environment = new TreeMap<>();

  @BeforeEach
  void install() throws IOException {
    home = root.resolve("shardsum");
    for (String directory : List.of("jobs", "conf")) {
      Files.createDirectories(home.resolve(directory));
      try (Stream<Path> files = Files.list(Path.of(directory))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, home.resolve(file.toString()));
        }
      }
    }
    Files.createDirectory(home.resolve("lib"));
    Files.writeString(home.resolve("lib/shardsum.jar"), "");
    Files.writeString(home.resolve("lib/spark.classpath"), "a.jar:b.jar\n");
    java("17.0.15");
  }

  @Test
  void theClassPathNamesTheJarsOfTheInstallation() throws Exception {
    List<String> arguments = launch("--shards", "x").lines();

    String jars =
        Stream.of("a.jar", "b.jar", "shardsum.jar")
            .map(jar -> home.resolve("lib").resolve(jar).toString())
            .reduce((first, second) -> first + ":" + second)
            .orElseThrow();
    assertThat(arguments)
        .containsSequence("-cp", jars)
        .containsSequence("--properties-file", home.resolve("conf/local.conf").toString())
        .endsWith("fleet-scan", "--shards", "x");
  }

  @Test
  void jarsOfTheUserAreNotCopiedForThisProcess() throws Exception {
    String first = Files.createFile(root.resolve("first.jar")).toString();
    String second = Files.createFile(root.resolve("second.jar")).toString();
    String both = first + "," + second;

    List<String> arguments = launch("--jars", both, "--shards", "x").lines();
    assertThat(arguments).doesNotContain("--jars");
    assertThat(arguments.get(arguments.indexOf("-cp") + 1)).endsWith(":" + first + ":" + second);
    assertThat(launch("--jars", both, "--master", "spark://a:7077", "--shards", "x").lines())
        .as("executors elsewhere are sent them")
        .containsSequence("--jars", both);
    assertThat(launch("--jars", "hdfs:/x.jar", "--shards", "x").lines())
        .as("Spark fetches it")
        .containsSequence("--jars", "hdfs:/x.jar");
    assertRefused(
        launch("--jars", first + ",no.jar", "--shards", "x"),
        "--jars: expected files that can be read, with commas between, found 'no.jar'");
  }

  @Test
  void aScanHasTheVectorApiWhereJavaHas() throws Exception {
    String options = "@" + home.resolve("conf/jvm-vector.options");
    assertThat(launch("--shards", "x").lines()).doesNotContain(options);

    Files.writeString(
        Path.of(environment.get("JAVA_HOME"), "release"),
        "JAVA_VERSION=\"17.0.15\"\nMODULES=\"java.base jdk.incubator.vector jdk.jfr\"\n");

    assertThat(launch("--shards", "x").lines()).contains(options);
    assertThat(launch("--master", "local[2]", "--shards", "x").lines()).contains(options);
    assertThat(launch("--master", "spark://a:7077", "--shards", "x").lines())
        .as("where executors hash, not this process")
        .doesNotContain(options);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theWarningOfTheVectorApiIsLeftOut(boolean ofSparkHome) throws Exception {
    String job =
        """
        #!/bin/sh
        echo "WARNING: Using incubator modules: jdk.incubator.vector" >&2
        echo "An error of Java" >&2
        echo "A line of the job" >&$SHARDSUM_STDERR
        exit 3
        """;
    Path program =
        ofSparkHome
            ? spark("4.1.3").resolve("bin/spark-submit")
            : Path.of(environment.get("JAVA_HOME"), "bin/java");
    Files.writeString(program, job);

    Run run = launch("--shards", "x");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.lines()).containsExactlyInAnyOrder("An error of Java", "A line of the job");
  }

  @Test
  void settingsOfTheUserStandBesideThoseOfTheRepository() throws Exception {
    Path file = root.resolve("mine.conf");
    Files.writeString(file, "spark.ui.enabled=true\nspark.executor.memory  2g\n");

    List<String> arguments = launch("--properties-file", file.toString(), "--shards", "x").lines();

    assertThat(arguments)
        .containsSequence("--properties-file", file.toString())
        .containsSequence("--conf", "spark.driver.bindAddress=127.0.0.1")
        .containsSequence("--conf", "spark.master=local[*]")
        .doesNotContain("spark.ui.enabled=false")
        .doesNotContain(home.resolve("conf/local.conf").toString());
  }

  @Test
  void everyOptionOfSparkGoesToSpark() throws Exception {
    List<String> all = new ArrayList<>();
    for (String option : optionsOfSpark("opts")) {
      all.add(option);
      all.add(valueFor(option));
    }
    all.addAll(optionsOfSpark("switches"));
    spark("4.1.3");

    List<String> handedOn = launch(all.toArray(String[]::new)).lines();

    assertThat(handedOn.subList(0, handedOn.indexOf("--class")))
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(handedOn).endsWith("fleet-scan");
  }

  private static String valueFor(String option) {
    return switch (option) {
      case "--conf" -> "a=b";
      case "--master" -> "local[2]";
      case "--properties-file" -> Path.of("pom.xml").toAbsolutePath().toString();
      case "--driver-memory", "--executor-memory" -> "2g";
      default -> "value";
    };
  }

  private static Set<String> optionsOfSpark(String field) throws ReflectiveOperationException {
    Constructor<?> constructor =
        Class.forName("org.apache.spark.launcher.SparkSubmitOptionParser").getDeclaredConstructor();
    constructor.setAccessible(true);
    Object parser = constructor.newInstance();
    Field names = parser.getClass().getDeclaredField(field);
    names.setAccessible(true);
    Set<String> options = new TreeSet<>();
    for (String[] option : (String[][]) names.get(parser)) {
      options.add(option[0]);
    }
    options.removeAll(NOT_FOR_JOBS);
    assertThat(options).isNotEmpty();
    return options;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "local[x              | --master: expected local, local[N], spark://HOST:PORT",
        "local[0]             | found 'local[0]'",
        "local[2,x]           | found 'local[2,x]'",
        "spark://             | found 'spark://'",
        "spark://head         | found 'spark://head'",
        "k8s://               | found 'k8s://'",
        "mesos://head:5050    | found 'mesos://head:5050'",
        "garbage              | found 'garbage'",
        "yarn                 | expected SPARK_HOME",
        "k8s://https://a:6443 | expected SPARK_HOME",
      })
  void aMasterThatIsNoneIsRefused(String master, String words) throws Exception {
    assertRefused(launch("--master", master, "--shards", "x"), words);
    assertRefused(launch("--master=" + master, "--shards", "x"), words);
    assertRefused(launch("--conf", "spark.master=" + master, "--shards", "x"), words);
    Path file = root.resolve("mine.conf");
    Files.writeString(file, "spark.master " + master + "\n");
    assertRefused(launch("--properties-file", file.toString(), "--shards", "x"), words);
  }

  @ParameterizedTest
  @CsvSource({"local", "local[*]", "local[4]", "'local[4,2]'", "spark://a:7077,b:7077"})
  void aMasterIsHandedOn(String master) throws Exception {
    assertThat(launch("--master", master, "--shards", "x").lines())
        .containsSequence("--master", master);
  }

  @Test
  void yarnNeedsTheSettingsOfTheCluster() throws Exception {
    spark("4.1.3");
    assertRefused(launch("--master", "yarn"), "expected the cluster's settings in HADOOP_CONF_DIR");

    environment.put("HADOOP_CONF_DIR", root.toString());
    assertThat(launch("--master", "yarn").exitCode()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--master           | --master: expected a value after it, found none",
        "--master ''        | --master: expected local",
        "--conf abc         | --conf: expected KEY=VALUE, found 'abc'",
        "--driver-memory 4x | --driver-memory: expected a number with m or g, such as 4g",
        "--driver-memory 0g | --driver-memory: expected a number with m or g",
        "--executor-memory much  | --executor-memory: expected a number",
        "--properties-file none  | --properties-file: expected a file that can be read",
      })
  void aValueThatIsNoneIsRefused(String arguments, String words) throws Exception {
    String[] all =
        Arrays.stream(arguments.split(" ", -1))
            .map(a -> a.replace("''", ""))
            .toArray(String[]::new);
    assertRefused(launch(all), words);
  }

  @ParameterizedTest
  @CsvSource({"3.5.6", "4.0.1", "4.2.0", "4.10.1", "3.5.1-amzn-0"})
  void anotherSparkIsRefused(String version) throws Exception {
    spark(version);
    assertRefused(launch("--shards", "x"), "expected version 4.1, found " + version);
  }

  @Test
  void aSparkWithoutJarsIsKnownByItsRelease() throws Exception {
    Path spark = spark("3.5.6");
    Files.delete(spark.resolve("jars/spark-core_2.13-3.5.6.jar"));
    Files.writeString(
        spark.resolve("RELEASE"), "Spark 3.4.4 (git revision 1) built for Hadoop 3\n");
    assertRefused(launch("--shards", "x"), "expected version 4.1, found 3.4.4");

    Files.delete(spark.resolve("RELEASE"));
    assertThat(launch("--shards", "x").exitCode()).isZero();
  }

  @Test
  void aSparkHomeWithoutSparkIsRefused() throws Exception {
    environment.put("SPARK_HOME", root.resolve("none").toString());
    assertRefused(launch("--shards", "x"), "none/bin/spark-submit, as SPARK_HOME says, found none");
  }

  @Test
  void anOlderJavaIsRefused() throws Exception {
    java("11.0.22");
    assertRefused(launch("--shards", "x"), "expected version 17 or newer, found 11.0.22");
    java("1.8.0_402");
    assertRefused(launch("--shards", "x"), "expected version 17 or newer, found 1.8.0_402");
    environment.put("JAVA_HOME", root.resolve("none").toString());
    assertRefused(launch("--shards", "x"), "expected Java 17 or newer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "580.65.06  | spark413/a | ''",
        "535.183.01 | spark413/a | Cannot hash on a GPU: expected an NVIDIA driver of release 580 or newer, found 535.183.01",
        "590.12     | spark412/a | Cannot hash on a GPU: expected a jar of the RAPIDS Accelerator for Spark 4.1.3, found one for other releases: ",
      })
  void aMachineForGpusIsLookedAt(String driver, String inJar, String refusal) throws Exception {
    gpus("0", driver);

    Run run = launchOnGpu(inJar);

    if (refusal.isEmpty()) {
      assertThat(run.exitCode()).as(run.output()).isZero();
      assertThat(run.lines()).contains("spark.rapids.memory.pinnedPool.size=1g");
    } else {
      assertThat(run.exitCode()).isEqualTo(ExitCode.FAULT.number());
      assertThat(run.lines()).singleElement().asString().startsWith("shardsum: " + refusal);
    }
  }

  @Test
  void aMachineWithoutGpusIsRefused() throws Exception {
    gpus("No devices were found", "");

    Run run = launchOnGpu("spark413/a");

    assertThat(run.exitCode()).isEqualTo(ExitCode.FAULT.number());
    assertThat(run.lines())
        .singleElement()
        .asString()
        .matches("shardsum: No GPU on \\S+: nvidia-smi says: No devices were found");
  }

  /** What NVIDIA's driver says of itself. */
  private void gpus(String numbers, String driver) throws IOException {
    Path bin = root.resolve("bin");
    program(bin.resolve("nvidia-smi"));
    Files.writeString(
        bin.resolve("nvidia-smi"),
        "#!/bin/sh\ncase $* in *driver_version*) echo %s;; *) echo %s;; esac\n"
            .formatted(driver, numbers));
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
  }

  private Run launchOnGpu(String inRapidsJar) throws IOException, InterruptedException {
    Files.writeString(home.resolve("lib/shardsum.jar"), "io/shardsum/gpu/GpuChunkSum.class");
    Files.writeString(home.resolve("lib/spark.classpath"), "a.jar:spark-core_2.13-4.1.3.jar\n");
    Path jar = Files.writeString(root.resolve("rapids.jar"), inRapidsJar);
    return launch("--gpu", "--rapids-jar", jar.toString(), "--shards", "x");
  }

  @Test
  void theReleaseOfSparkIsThatOfTheBuild() throws IOException {
    String release =
        Files.readString(Path.of("pom.xml"))
            .replaceFirst("(?s).*<spark.version>(\\d+\\.\\d+).*", "$1");

    assertThat(Files.readString(Path.of("jobs/launch.sh")))
        .contains("\nspark_release=" + release + "\n");
  }

  private static void assertRefused(Run run, String words) {
    assertThat(run.exitCode()).as(run.output()).isEqualTo(ExitCode.USAGE.number());
    assertThat(run.lines()).singleElement().asString().startsWith("shardsum: ").contains(words);
  }

  private record Run(int exitCode, String output) {
    List<String> lines() {
      return output.lines().toList();
    }
  }

  private Run launch(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("jobs/fleet-scan").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    for (String name : List.of("SPARK_HOME", "HADOOP_CONF_DIR", "YARN_CONF_DIR")) {
      builder.environment().remove(name);
    }
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  /** A Java that says this version of itself. */
  private void java(String version) throws IOException {
    Path java = root.resolve("java-" + version);
    program(java.resolve("bin/java"));
    Files.writeString(java.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    environment.put("JAVA_HOME", java.toString());
  }

  /** An installation of Spark of this version. */
  private Path spark(String version) throws IOException {
    Path spark = root.resolve("spark-" + version);
    program(spark.resolve("bin/spark-submit"));
    Files.createDirectory(spark.resolve("jars"));
    Files.writeString(spark.resolve("jars/spark-core_2.13-" + version + ".jar"), "");
    environment.put("SPARK_HOME", spark.toString());
    return spark;
  }

  private static void program(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, PRINTS_ARGUMENTS);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
