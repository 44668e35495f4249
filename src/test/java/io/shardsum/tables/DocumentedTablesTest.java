package io.shardsum.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.damage.DamagePattern;
import io.shardsum.fleet.ProblemKind;
import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.RankStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/tables.md lists the tables' columns and values as they are. */
class DocumentedTablesTest {

  private static final Pattern WORD = Pattern.compile("\\b[A-Z][A-Z_]{3,}\\b");

  /** The order in which a reader meets the tables. */
  private static final List<ScanTable> TABLES =
      List.of(
          ScanTable.SCANS,
          ScanTable.ENGINES,
          ScanTable.RANKS,
          ScanTable.TENSORS,
          ScanTable.FINDINGS);

  private static List<String> page() throws IOException {
    return Files.readAllLines(Path.of("docs/tables.md"));
  }

  private static String row(ScanTable table) {
    String columns =
        table.columns().stream()
            .map(
                column ->
                    "`%s`".formatted(column.name())
                        + (column.comment().isEmpty() ? "" : " (" + column.comment() + ")"))
            .collect(Collectors.joining(", "));
    return "| `%s` | %s | %s |".formatted(table.tableName(), table.rowPer(), columns);
  }

  @Test
  void columnsAreThoseThatAreDeclared() throws IOException {
    String head = "| table | one row per | columns besides `scan_date`, `scan_id` |";

    List<String> documented =
        page().stream().dropWhile(line -> !line.equals(head)).skip(2).limit(5).toList();

    assertThat(documented)
        .as("copy these rows of the tables from here into docs/tables.md")
        .isEqualTo(TABLES.stream().map(DocumentedTablesTest::row).toList());
  }

  private static Set<String> words(String beginning) throws IOException {
    return page().stream()
        .filter(line -> line.startsWith(beginning))
        .flatMap(line -> WORD.matcher(line).results())
        .map(match -> match.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> names(Enum<?>... values) {
    return Arrays.stream(values).map(Enum::name).toList();
  }

  private static List<String> kinds(String severity) {
    return Stream.concat(
            Arrays.stream(FindingKind.values())
                .filter(kind -> kind.severity().word().equals(severity))
                .map(FindingKind::name),
            Arrays.stream(ProblemKind.values())
                .filter(
                    kind ->
                        kind.informational() ? severity.equals("info") : severity.equals("warning"))
                .map(ProblemKind::name))
        .toList();
  }

  @Test
  void valuesAreThoseOfTheEnums() throws IOException {
    assertThat(words("| `source` |")).containsAll(names(WeightSource.values()));
    assertThat(words("| `scans.verdict` |"))
        .containsExactlyInAnyOrderElementsOf(names(Verdict.values()));
    assertThat(words("| `tensors.status` |")).containsAll(names(TensorStatus.values()));
    assertThat(words("| `ranks.status` |")).containsAll(names(RankStatus.values()));
    assertThat(words("| `engines.status` |"))
        .containsExactlyInAnyOrderElementsOf(names(EngineResult.Status.values()));
    assertThat(words("| `rank_states` |"))
        .containsExactlyInAnyOrderElementsOf(
            names(CoverageState.values()).stream().filter(s -> !s.equals("SKIPPED")).toList());
  }

  @Test
  void kindsOfFindingsAreThoseOfTheEnums() throws IOException {
    assertThat(words("| a warning: not everything was checked |"))
        .containsExactlyInAnyOrderElementsOf(kinds("warning"));
    assertThat(words("| a note |")).containsAll(kinds("info"));
    assertThat(words("| `findings.kind`, an error |"))
        .containsExactlyInAnyOrderElementsOf(kinds("error"));
  }

  @Test
  void patternsOfDamageAreThoseOfTheEnum() throws IOException {
    String findings = Files.readString(Path.of("docs/findings.md"));

    assertThat(names(DamagePattern.values()))
        .allSatisfy(name -> assertThat(findings).contains(name));
  }
}
