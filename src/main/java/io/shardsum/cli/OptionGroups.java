package io.shardsum.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The options of a command in {@code --help}, in groups, each with a heading. */
final class OptionGroups {

  private record Group(String heading, List<String> names) {}

  private static final String HELP = "Help";

  private static final OptionGroups FLEET_SCAN =
      new OptionGroups(
          List.of(
              new Group(
                  "What to scan (one of these)",
                  List.of("--fleet", "--shards", "--demo", "--explain")),
              new Group(
                  "With --shards, in place of a description",
                  List.of("--tp", "--pp", "--profile", "--ignore", "--shared")),
              new Group("Results", List.of("--out", "--scan-id", "--format", "--dry-run")),
              new Group(
                  "Digests and comparison",
                  List.of("--engine", "--digest", "--file-digest", "--baseline")),
              new Group(
                  "Reading", List.of("--reread-days", "--max-rate", "--direct", "--verify-gpu")),
              new Group("After a crash", List.of("--resume", "--replace")),
              new Group("The demo", List.of("--demo-dir", "--nights"))));

  private static final OptionGroups EXPECT =
      new OptionGroups(
          List.of(
              new Group(
                  "The checkpoint, and the engine that loads it",
                  List.of(
                      "--checkpoint",
                      "--runtime",
                      "--tp",
                      "--pp",
                      "--ep",
                      "--attn-dp",
                      "--gpu",
                      "--dtype",
                      "--set",
                      "--whole")),
              new Group("Output", List.of("--digest", "--format", "--against", "--explain-class")),
              new Group("Kept digests", List.of("--out", "--rehash-days"))));

  private final List<Group> groups;

  private OptionGroups(List<Group> groups) {
    this.groups = groups;
  }

  /** Groups the options of the commands that have many. */
  static void addTo(CommandLine root) {
    FLEET_SCAN.addToCommand(root.getSubcommands().get("fleet-scan"));
    EXPECT.addToCommand(root.getSubcommands().get("expect"));
  }

  private void addToCommand(CommandLine command) {
    command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, this::text);
  }

  private String text(Help help) {
    List<OptionSpec> left = new ArrayList<>(help.commandSpec().options());
    left.removeIf(OptionSpec::hidden);
    StringBuilder text = new StringBuilder();
    for (Group group : groups) {
      List<OptionSpec> options =
          group.names().stream().map(help.commandSpec()::findOption).filter(left::remove).toList();
      add(group.heading(), options, help, text);
    }
    List<OptionSpec> ofHelp =
        left.stream().filter(option -> option.usageHelp() || option.versionHelp()).toList();
    left.removeAll(ofHelp);
    add("More", left, help, text);
    add(HELP, ofHelp, help, text);
    return text.toString();
  }

  private static void add(String heading, List<OptionSpec> options, Help help, StringBuilder text) {
    if (options.isEmpty()) {
      return;
    }
    Help.Layout layout = help.createDefaultLayout();
    layout.addAllOptions(options, help.parameterLabelRenderer());
    text.append(help.createHeading("%n@|bold " + heading + "|@%n")).append(layout);
  }
}
