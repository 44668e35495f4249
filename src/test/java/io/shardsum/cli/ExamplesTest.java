package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;

/** The examples of {@code conf/examples} say what the command, and what reads them, understand. */
class ExamplesTest {

  private static final Path EXAMPLES = Path.of("conf", "examples");
  private static final String HOME = "/opt/shardsum";
  private static final List<String> OF_SPARK =
      List.of("--master", "--properties-file", "--driver-memory");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path root;

  @Test
  void cronJobScans() throws IOException {
    List<JsonNode> objects = yaml("cronjob.yaml");
    JsonNode job = objects.get(0).at("/spec/jobTemplate/spec");
    JsonNode container = job.at("/template/spec/containers/0");

    assertThat(objects)
        .extracting(object -> object.get("kind").asText())
        .containsExactly("CronJob", "ServiceAccount", "Role", "RoleBinding");
    assertLaunches(
        HOME + "/" + container.at("/command/0").asText(), strings(container.get("args")));
    assertThat(container.get("name"))
        .isEqualTo(job.at("/podFailurePolicy/rules/0/onExitCodes/containerName"));
    assertThat(strings(job.at("/podFailurePolicy/rules/0/onExitCodes/values")))
        .containsExactlyElementsOf(
            List.of(ExitCode.USAGE, ExitCode.DIFFERENT, ExitCode.INCOMPLETE).stream()
                .map(code -> String.valueOf(code.number()))
                .toList());
    assertMountsAreVolumes(container.get("volumeMounts"), job.at("/template/spec/volumes"));
  }

  @Test
  void scheduledSparkApplicationScans() throws Exception {
    JsonNode application = yaml("scheduledsparkapplication.yaml").get(0).at("/spec/template");

    assertThat(Class.forName(application.get("mainClass").asText())).isEqualTo(Main.class);
    assertThat(Files.readString(Path.of("pom.xml")))
        .contains("<spark.version>" + application.get("sparkVersion").asText() + "<");
    assertUnderstood(strings(application.get("arguments")));
    assertMountsAreVolumes(application.at("/driver/volumeMounts"), application.get("volumes"));
    assertMountsAreVolumes(application.at("/executor/volumeMounts"), application.get("volumes"));
  }

  @Test
  void dagScansAndKnowsEveryExitCode() throws Exception {
    String literals =
        """
        import ast, json, sys
        tree = ast.parse(open(sys.argv[1]).read())
        print(json.dumps({
            node.targets[0].id: ast.literal_eval(node.value)
            for node in tree.body if isinstance(node, ast.Assign)}))
        """;
    Run run = run("python3", "-c", literals, EXAMPLES.resolve("airflow_dag.py").toString());

    assertThat(run.exitCode()).as(run.output()).isZero();
    JsonNode constants = JSON.readTree(run.output());
    List<String> command = strings(constants.get("COMMAND"));
    assertLaunches(command.get(0), command.subList(1, command.size()));
    Map<String, String> meanings = new TreeMap<>();
    constants
        .get("MEANINGS")
        .properties()
        .forEach(meaning -> meanings.put(meaning.getKey(), meaning.getValue().asText()));
    assertThat(meanings).containsOnlyKeys("2", "3", "4");
    assertThat(meanings.get("3")).startsWith("page");
  }

  @Test
  void alertsPageOnlyWhereCopiesDiffer() throws IOException {
    Map<String, String> severities = new LinkedHashMap<>();
    yaml("alerts.yaml")
        .get(0)
        .at("/groups/0/rules")
        .forEach(
            rule ->
                severities.put(rule.get("alert").asText(), rule.at("/labels/severity").asText()));

    assertThat(severities)
        .containsEntry("WeightsDiffer", "page")
        .containsEntry("WeightsNotChecked", "ticket")
        .containsEntry("NoScan", "ticket");
    assertThat(severities.values()).containsOnlyOnce("page");
  }

  @Test
  void serviceScans() throws IOException {
    Map<String, String> service = unit("shardsum-scan.service");
    List<String> command = List.of(service.get("Service.ExecStart").split(" "));

    assertLaunches(command.get(0), command.subList(1, command.size()));
    assertThat(service).containsEntry("Service.Type", "oneshot");
    assertThat(Path.of(service.get("Service.ExecStopPost").replaceFirst(HOME + "/", "")))
        .isExecutable();
    assertThat(unit("shardsum-scan.timer")).containsEntry("Install.WantedBy", "timers.target");
  }

  @ParameterizedTest
  @ValueSource(strings = {"shardsum-report", "shardsum-retention"})
  void servicesReadAndKeepTheTablesThatTheScanWrites(String name) throws IOException {
    Map<String, String> service = unit(name + ".service");
    List<String> command = List.of(service.get("Service.ExecStart").split(" "));
    Path job = Path.of(command.get(0).replaceFirst(HOME + "/", ""));
    List<String> own = new ArrayList<>(command);
    own.set(0, job.getFileName().toString());
    CommandLine.ParseResult parsed = Main.commandLine().parseArgs(own.toArray(String[]::new));

    assertThat(job).isExecutable();
    assertThat(parsed.subcommand().matchedOptionValue("--out", ""))
        .isEqualTo("/var/lib/shardsum/tables");
    assertThat(unit("shardsum-scan.service").get("Service.ExecStart"))
        .contains("--out /var/lib/shardsum/tables");
    assertThat(unit(name + ".timer")).containsEntry("Install.WantedBy", "timers.target");
  }

  @Test
  void driftIsNoFailureOfTheReport() throws IOException {
    assertThat(unit("shardsum-report.service"))
        .containsEntry("Service.SuccessExitStatus", String.valueOf(ExitCode.DIFFERENT.number()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"shardsum-scan", "shardsum-report", "shardsum-retention"})
  void systemdTakesTheUnits(String unit) throws Exception {
    List<String> command = new ArrayList<>(List.of("systemd-analyze", "verify", "--man=no"));
    for (String name : List.of(unit + ".service", unit + ".timer")) {
      String text = Files.readString(EXAMPLES.resolve(name));
      String here = Path.of("").toAbsolutePath().toString().replace(" ", "\\x20");
      command.add(
          Files.writeString(
                  root.resolve(name),
                  text.replace(HOME, here).replace("User=shardsum", "User=root"))
              .toString());
    }

    Run run = run(command.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).doesNotContain(unit);
  }

  @ParameterizedTest
  @CsvSource({
    "0, <6>everything was checked",
    "1, <4>ticket: fault of the job: 1",
    "2, <4>ticket: the fleet",
    "3, <2>page: copies differ",
    "4, <4>ticket: no copies differ",
    "TERM, <4>ticket: fault of the job: TERM",
  })
  void alertSaysHowBadAnExitCodeIs(String exitStatus, String words) throws Exception {
    Run run = run("env", "EXIT_STATUS=" + exitStatus, EXAMPLES.resolve("alert").toString());

    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).startsWith(words);
  }

  @Test
  void scriptsMayBeRun() throws IOException {
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(EXAMPLES.resolve("alert"))))
        .isEqualTo("rwxr-xr-x");
  }

  /** That a launcher of this repository is called, with options of Spark's and of the command's. */
  private static void assertLaunches(String launcher, List<String> arguments) throws IOException {
    assertThat(launcher).startsWith(HOME + "/jobs/");
    Path job = Path.of(launcher.substring(HOME.length() + 1));
    assertThat(job).isExecutable();
    String launch = Files.readString(Path.of("jobs", "launch.sh"));
    List<String> own = new ArrayList<>(List.of(job.getFileName().toString()));
    for (String argument : arguments) {
      String option = argument.replaceFirst("=.*", "");
      if (OF_SPARK.contains(option)) {
        assertThat(launch).contains(option + " ");
        assertThat(argument).as("an option of Spark's with its value").contains("=");
      } else {
        own.add(argument);
      }
      if (option.equals("--properties-file")) {
        String file = argument.substring(argument.indexOf('=') + 1).replace(HOME + "/", "");
        assertThat(Path.of(file)).isRegularFile();
      }
    }
    assertUnderstood(own);
  }

  private static void assertUnderstood(List<String> arguments) {
    CommandLine.ParseResult parsed = Main.commandLine().parseArgs(arguments.toArray(String[]::new));

    assertThat(parsed.subcommand().commandSpec().name()).isEqualTo("fleet-scan");
    assertThat(parsed.subcommand().matchedOption("--fleet")).isNotNull();
    assertThat(parsed.subcommand().matchedOption("--out")).isNotNull();
  }

  private static void assertMountsAreVolumes(JsonNode mounts, JsonNode volumes) {
    assertThat(mounts).isNotEmpty();
    assertThat(volumes.findValuesAsText("name")).containsAll(namesOf(mounts));
    assertThat(mounts).allSatisfy(mount -> assertThat(mount.get("readOnly").asBoolean()).isTrue());
  }

  private static List<String> namesOf(JsonNode nodes) {
    return StreamSupport.stream(nodes.spliterator(), false)
        .map(node -> node.get("name").asText())
        .toList();
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static List<JsonNode> yaml(String name) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
        .loadAllFromString(Files.readString(EXAMPLES.resolve(name)))
        .forEach(document -> documents.add(JSON.valueToTree(document)));
    return documents;
  }

  /** The settings of a unit, by {@code Section.Key}. */
  private static Map<String, String> unit(String name) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    String section = "";
    for (String line : Files.readAllLines(EXAMPLES.resolve(name))) {
      if (line.startsWith("[")) {
        section = line.substring(1, line.indexOf(']'));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String[] setting = line.split("=", 2);
        assertThat(settings.put(section + "." + setting[0], setting[1])).as(line).isNull();
      }
    }
    return settings;
  }

  private record Run(int exitCode, String output) {}

  /** Runs a program, if this machine has it. */
  private Run run(String... command) throws IOException, InterruptedException {
    assumeTrue(
        command[0].equals("env") || isInstalled(command[0]), () -> "there is no " + command[0]);
    Path output = root.resolve("output");
    int exitCode =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    return new Run(exitCode, Files.readString(output));
  }

  private static boolean isInstalled(String program) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
