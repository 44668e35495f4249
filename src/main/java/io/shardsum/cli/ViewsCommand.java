package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.tables.TableViews;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/views}: prints the SQL that makes the tables of finished scans into views. */
@Command(
    name = "views",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "jobs/views --out DIR [--for ENGINE]",
    description = "Prints SQL that makes the tables under --out into views of finished scans.",
    footer = {
      "",
      "Example:",
      "  jobs/views --out tables > views.sql",
      "  duckdb -init views.sql -c 'SELECT * FROM open_findings'"
    })
final class ViewsCommand implements Callable<Integer> {

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "The tables.")
  private String out;

  @Option(
      names = "--for",
      paramLabel = "ENGINE",
      description = "duckdb or spark (default: ${DEFAULT-VALUE}).")
  private TableViews.Dialect dialect = TableViews.Dialect.DUCKDB;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    TableViews.statements(out, dialect)
        .forEach(statement -> spec.commandLine().getOut().println(statement + ";\n"));
    return ExitCode.EQUAL.number();
  }
}
