package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.shardsum.docs.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The commands of the documentation are there, and take the options that it gives them. */
class DocumentedCommandsTest {
  private static final Pattern COMMAND =
      Pattern.compile("^(?:[A-Z_]+=\\S+ )*(?:/\\S*/)?jobs/(\\S+)(.*)");
  private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|'[^']*'|\\S+");
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

  /** A command as a page gives it. */
  private record Documented(Path page, String job, List<String> arguments) {}

  private static List<Documented> commands() throws IOException {
    List<Documented> commands = new ArrayList<>();
    for (Page page : Page.all()) {
      for (String line : page.code()) {
        COMMAND
            .matcher(line)
            .results()
            .forEach(
                command ->
                    commands.add(
                        new Documented(page.path(), command.group(1), words(command.group(2)))));
      }
    }
    return commands;
  }

  /** Up to a comment, a redirection or the next command. */
  private static List<String> words(String text) {
    return WORD.matcher(text)
        .results()
        .map(MatchResult::group)
        .takeWhile(word -> !word.startsWith("#") && !Set.of(">", ">>", "|", "&&").contains(word))
        .map(word -> word.replaceAll("^[\"']|[\"']$", ""))
        .toList();
  }

  /** The options that the launcher hands to Spark or keeps: those of its own case. */
  private static Set<String> ofLauncher() throws IOException {
    String script = Files.readString(Path.of("jobs/launch.sh"));
    String loop = script.substring(script.indexOf("case ${1%%=*} in"), script.indexOf("\ndone"));
    return Stream.concat(
            OPTION.matcher(loop).results().map(MatchResult::group), Stream.of("--gpu", "-c"))
        .collect(Collectors.toSet());
  }

  /** What the job itself gets. */
  private static String[] own(Documented command, Set<String> ofLauncher) {
    List<String> own = new ArrayList<>(List.of(command.job()));
    List<String> arguments = command.arguments();
    for (int i = 0; i < arguments.size(); i++) {
      String name = arguments.get(i).replaceFirst("=.*", "");
      boolean kindOfGpu = command.job().equals("expect") && name.equals("--gpu");
      if (!ofLauncher.contains(name) || kindOfGpu) {
        own.add(arguments.get(i));
      } else if (!name.equals("--gpu") && name.equals(arguments.get(i))) {
        i++;
      }
    }
    return own.toArray(String[]::new);
  }

  @Test
  void everyCommandInACodeBlockIsUnderstood() throws IOException {
    Set<String> ofLauncher = ofLauncher();
    Set<String> jobs = Main.commandLine().getSubcommands().keySet();
    List<Documented> commands = commands();

    assertThat(commands).hasSizeGreaterThan(30);
    assertThat(commands)
        .allSatisfy(
            command -> {
              assertThat(Path.of("jobs", command.job())).exists();
              if (jobs.contains(command.job())) {
                assertThatCode(() -> Main.commandLine().parseArgs(own(command, ofLauncher)))
                    .doesNotThrowAnyException();
              }
            });
  }

  @Test
  void everyOptionOfAScanIsInGettingStarted() throws IOException {
    String page = Files.readString(Path.of("docs/getting-started.md"));

    assertThat(Main.commandLine().getSubcommands().get("fleet-scan").getCommandSpec().options())
        .filteredOn(option -> !option.usageHelp() && !option.versionHelp())
        .allSatisfy(option -> assertThat(page).contains("`" + option.longestName()));
  }
}
