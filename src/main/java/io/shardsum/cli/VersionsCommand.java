package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.exit.UsageException;
import io.shardsum.history.EngineVersion;
import io.shardsum.history.FleetVersions;
import io.shardsum.history.History;
import io.shardsum.text.ForeignText;
import io.shardsum.text.RecordJson;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/versions}: what each engine holds, since when, and what it held before. */
@Command(
    name = "versions",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "jobs/versions --out DIR [OPTION...]",
    description = {
      "Says what each engine holds, since when, and what it held before: by its files, and as it runs.",
      "The rows are those of the view engine_versions."
    },
    footer = {
      "",
      "Spark's own options work here, too: --master, --conf KEY=VALUE, ...",
      "",
      "Example:",
      "  jobs/versions --out tables --engine chat-3",
      "",
      "Exit codes:",
      "  0  done, whatever changed: jobs/drift-report judges",
      "  1  the job failed",
      "  2  an argument is wrong, or there is no finished scan"
    })
final class VersionsCommand implements Callable<Integer> {

  @Mixin private TablesOption tables = new TablesOption();

  @Option(names = "--engine", paramLabel = "NAME", description = "Only this engine.")
  private String engine;

  @Option(names = "--fleet", paramLabel = "NAME", description = "Only this fleet.")
  private String fleet;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "table or json (default: table).")
  private OutputFormat format = OutputFormat.TABLE;

  @Spec private CommandSpec spec;

  private record Json(List<FleetVersions> fleets) {}

  @Override
  public Integer call() {
    String out = tables.path();
    SparkSession session = JobSession.start("shardsum versions");
    List<FleetVersions> fleets =
        chosen(new History(session, out).versions(Optional.ofNullable(fleet)));
    PrintWriter output = spec.commandLine().getOut();
    switch (format) {
      case TABLE -> fleets.forEach(versions -> VersionsReport.print(versions, output));
      case JSON -> RecordJson.PRINTED.print(new Json(fleets), output);
    }
    return ExitCode.EQUAL.number();
  }

  private List<FleetVersions> chosen(List<FleetVersions> fleets) {
    if (engine == null) {
      return fleets;
    }
    List<FleetVersions> having =
        fleets.stream()
            .map(versions -> versions.only(engine))
            .filter(versions -> !versions.versions().isEmpty())
            .toList();
    if (having.isEmpty()) {
      List<String> names =
          fleets.stream()
              .flatMap(versions -> versions.versions().stream())
              .map(EngineVersion::engine)
              .distinct()
              .toList();
      throw new UsageException(
          "--engine: no engine %s in these tables: they have %s"
              .formatted(ForeignText.quoted(engine), ForeignText.list(names)));
    }
    return having;
  }
}
