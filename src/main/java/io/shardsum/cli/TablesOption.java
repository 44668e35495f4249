package io.shardsum.cli;

import picocli.CommandLine.Option;

/** The option that names the tables which a command reads. */
final class TablesOption {

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The tables that jobs/fleet-scan has written.")
  private String out;

  /** Their path, which is checked as {@link PathOption#require} does. */
  String path() {
    PathOption.require("--out", out);
    return out;
  }
}
