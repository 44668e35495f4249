package io.shardsum.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The rules of {@code engine-names.md}, and to which ranks they apply. */
public final class NameRules {

  /** The role of an engine's model itself. */
  private static final String TARGET = "target";

  private static final String RESOURCE = "/engine-names.md";
  private static final int COLUMNS = 6;

  /** A row of the table. */
  private record Listed(List<String> profiles, Where where, NameRule rule) {

    boolean holdsFor(EngineSpec engine, String role) {
      String family = engine.profile().name().replaceFirst("-.*", "");
      return profiles.contains(family)
          && switch (where) {
            case ANYWHERE -> true;
            case TARGET_OF_ONE_STAGE -> role.equals(TARGET) && engine.parallelism().pp() == 1;
          };
    }
  }

  private enum Where {
    ANYWHERE("anywhere"),
    /** Later stages of a pipeline may have a head and no embedding. */
    TARGET_OF_ONE_STAGE("target, one stage");

    private final String words;

    Where(String words) {
      this.words = words;
    }

    static Where parse(String words) {
      return Arrays.stream(values())
          .filter(where -> where.words.equals(words))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("Invalid place of a rule: " + words));
    }
  }

  private static final List<Listed> LISTED = read();

  private NameRules() {}

  /** The rules for the files of an engine's role. The names of a checkpoint are no engine's. */
  public static List<NameRule> of(EngineSpec engine, String role) {
    return switch (engine.layout()) {
      case SHARDED ->
          LISTED.stream()
              .filter(listed -> listed.holdsFor(engine, role))
              .map(Listed::rule)
              .toList();
      case CHECKPOINT -> List.of();
    };
  }

  /**
   * The rule of an id.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static NameRule byId(String id) {
    return LISTED.stream()
        .map(Listed::rule)
        .filter(rule -> rule.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No rule of names: " + id));
  }

  private static List<Listed> read() {
    try (InputStream file = NameRules.class.getResourceAsStream(RESOURCE)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith("|"))
          .skip(2)
          .map(NameRules::listed)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + RESOURCE, e);
    }
  }

  private static Listed listed(String row) {
    String[] cells = row.substring(1, row.length() - 1).strip().split("\\s*\\|\\s*", -1);
    if (cells.length != COLUMNS) {
      throw new IllegalStateException("Invalid row of " + RESOURCE + ": " + row);
    }
    return new Listed(
        List.of(cells[1].split(", ", -1)),
        Where.parse(cells[2]),
        new NameRule(cells[0], cells[3], cells[4], cells[5]));
  }
}
