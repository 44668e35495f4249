package io.shardsum.report;

import static io.shardsum.report.PageData.each;
import static io.shardsum.report.PageData.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.text.ForeignText;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(ReportedTables.class)
class HtmlReportTest {

  private static final String LAST = "scan_id = 'test'";

  @TempDir Path directory;

  private static Landed landed;
  private static HtmlReport report;
  private static String html;
  private static PageData data;

  @BeforeAll
  static void report(ReportedTables.Made made) {
    landed = made.landed();
    report = made.report();
    html = report.html();
    data = PageData.of(html);
  }

  @Test
  void sameTablesGiveTheSameBytes() {
    assertThat(ReportedFleet.report(landed).html()).isEqualTo(html);
  }

  @Test
  void saysOfTheScanWhatItsRowSays() {
    Row row = landed.rows(ScanTable.SCANS, LAST).get(0);
    JsonNode scan = data.root().get("scan");
    assertThat(row.isNullAt(row.fieldIndex("hosts"))).isFalse();
    assertThat(html).doesNotContain("Slow hosts", "Resumed");
    assertThat(
            row(
                text(scan, "id"),
                text(scan, "fleet"),
                text(scan, "startedAt"),
                text(scan, "finishedAt"),
                text(scan, "toolVersion"),
                text(scan, "sparkVersion"),
                text(scan, "accelerator"),
                text(scan, "digest"),
                scan.get("engines").asInt(),
                scan.get("ranks").asInt(),
                scan.get("tensors").asLong(),
                scan.get("bytes").asLong(),
                text(scan, "verdict")))
        .isEqualTo(
            row(
                "test",
                row.getAs("fleet"),
                row.<Timestamp>getAs("started_at").toInstant().toString(),
                row.<Timestamp>getAs("finished_at").toInstant().toString(),
                row.getAs("tool_version"),
                row.getAs("spark_version"),
                row.getAs("accelerator"),
                row.getAs("digest"),
                row.getAs("engines"),
                row.getAs("ranks"),
                row.getAs("tensors"),
                row.getAs("bytes"),
                row.getAs("verdict")));
  }

  @Test
  void saysOfEnginesWhatTheirRowsSay() {
    assertThat(
            each(
                data.root().get("engines"),
                engine ->
                    row(
                        text(engine, "name"),
                        text(engine, "source"),
                        text(engine, "model"),
                        text(engine, "revision"),
                        data.root().get("groups").get(engine.get("group").asInt()).asText(),
                        engine.get("expectedRanks").asInt(),
                        engine.get("hashedRanks").asInt(),
                        engine.get("missingRanks").asInt(),
                        text(engine, "status"),
                        data.checksum(engine.get("checksum")),
                        engine.get("bytes").asLong(),
                        text(engine, "agreement"))))
        .containsExactlyInAnyOrderElementsOf(
            values(
                ScanTable.ENGINES,
                "engine",
                "source",
                "model",
                "revision",
                "comparison_group",
                "expected_ranks",
                "hashed_ranks",
                "missing_ranks",
                "status",
                "checksum",
                "bytes",
                "agreement"));
  }

  @Test
  void saysOfRanksWhatTheirRowsSay() {
    List<List<Object>> ranks = new ArrayList<>();
    for (JsonNode engine : data.root().get("engines")) {
      for (JsonNode rank : engine.get("ranks")) {
        ranks.add(
            row(
                text(engine, "name"),
                rank.get(0).asInt(),
                rank.get(3).asText(),
                data.checksum(rank.get(4)),
                rank.get(5).asLong(),
                rank.get(6).asLong(),
                rank.get(7).asLong(),
                rank.has(8) ? rank.get(8).asText() : null));
      }
    }
    assertThat(ranks)
        .containsExactlyInAnyOrderElementsOf(
            values(
                ScanTable.RANKS,
                "engine",
                "rank",
                "status",
                "checksum",
                "tensors",
                "skipped",
                "bytes",
                "reason"));
  }

  @Test
  void saysOfFindingsWhatTheirRowsSay() {
    assertThat(
            each(
                data.root().get("findings"),
                finding ->
                    row(
                        finding.get("engine").asInt() < 0
                            ? null
                            : text(
                                data.root().get("engines").get(finding.get("engine").asInt()),
                                "name"),
                        finding.has("rank") ? finding.get("rank").asInt() : null,
                        text(finding, "role"),
                        text(finding, "tensor"),
                        text(finding, "kind"),
                        text(finding, "severity"),
                        text(finding, "expected"),
                        text(finding, "actual"),
                        text(finding, "votes"),
                        text(finding, "cause"),
                        text(finding, "location"),
                        text(finding, "detail"))))
        .hasSize(data.root().get("findingCount").asInt())
        .containsExactlyInAnyOrderElementsOf(
            values(
                ScanTable.FINDINGS,
                "engine",
                "rank",
                "role",
                "tensor",
                "kind",
                "severity",
                "expected",
                "actual",
                "votes",
                "cause",
                "location",
                "detail"));
  }

  /** Coverage and states as the scan itself counted them, apart from the views. */
  @Test
  void countsAsTheScanDid() {
    assertThat(
            each(
                data.root().get("coverage"),
                part ->
                    row(
                        text(part, "state"),
                        text(part, "skippedBecause"),
                        part.get("engines").asLong(),
                        part.get("ranks").asLong(),
                        part.get("tensors").asLong(),
                        part.get("bytes").asLong())))
        .containsExactlyInAnyOrderElementsOf(
            landed.summary().files().coverage().parts().stream()
                .map(
                    part ->
                        row(
                            part.state().name(),
                            part.skippedBecause().orElse(null),
                            part.engines(),
                            part.ranks(),
                            part.tensors(),
                            part.bytes()))
                .toList());
    assertThat(each(data.root().get("engines"), engine -> text(engine, "verifiedWithin")))
        .containsExactlyInAnyOrder("day", "day", "day", "day", "different", "week");
  }

  @Test
  void showsWhoHoldsWhatOfATensorAndWhereItIsDamaged() {
    JsonNode finding =
        each(data.root().get("findings"), node -> node).stream()
            .filter(node -> ReportedFleet.LARGE_TENSOR.equals(text(node, "tensor")))
            .findFirst()
            .orElseThrow();
    assertThat(
            each(
                finding.get("camps"),
                camp ->
                    camp.get("status").asText()
                        + " "
                        + camp.get("copies")
                        + " "
                        + camp.get("ofFinding")))
        .containsExactly("HASHED 5 false", "HASHED 1 true");
    assertThat(finding.get("tensorBytes").asLong()).isEqualTo(ReportedFleet.LARGE_BYTES);
    assertThat(finding.get("parts")).hasToString("[[5243879,1]]");
  }

  @Test
  void saysOfTheScansBeforeWhatTheirRowsSay() {
    JsonNode history = data.root().get("history");
    assertThat(each(history.get("scans"), scan -> text(scan, "id")))
        .containsExactly("before", "test");
    assertThat(history.get("daysWithoutScan")).hasToString("[\"2026-11-22\"]");
    List<List<Object>> steps = new ArrayList<>();
    for (JsonNode engine : history.get("engines")) {
      for (JsonNode step : engine.get("steps")) {
        steps.add(
            row(
                text(data.root().get("engines").get(engine.get("engine").asInt()), "name"),
                text(history.get("scans").get(step.get(0).asInt()), "id"),
                data.checksum(step.get(2))));
      }
    }
    assertThat(steps)
        .containsExactlyInAnyOrderElementsOf(
            values("true", ScanTable.ENGINES, "engine", "scan_id", "checksum"));
    for (String severity : List.of("error", "warning")) {
      assertThat(each(history.get("scans"), scan -> scan.get(severity + "s").asLong()))
          .containsExactly(findings("before", severity), findings("test", severity));
    }
  }

  private long findings(String scanId, String severity) {
    return landed
        .rows(ScanTable.FINDINGS, "scan_id = '%s' AND severity = '%s'".formatted(scanId, severity))
        .size();
  }

  @Test
  void tellsWhatIsNew() {
    assertThat(each(data.root().get("findings"), finding -> text(finding, "state")))
        .hasSize(8)
        .containsOnly("NEW");
    assertThat(html)
        .contains("<p class=\"figure\">8 new findings</p>")
        .contains("since the scan of 2026-11-21 04:05 UTC")
        .contains("<b>1 engine</b> drifted: changed, and nobody declared it")
        .contains("<b>1 engine</b> not scanned as a whole");
  }

  @Test
  void allowsItsOwnStyleAndScriptAndNothingElse() throws Exception {
    assertThat(html)
        .contains(
            "content=\"default-src &#39;none&#39;; script-src &#39;"
                + hash("<script>(.*?)</script>")
                + "&#39;; style-src &#39;"
                + hash("<style>(.*?)</style>")
                + "&#39;; base-uri &#39;none&#39;;");
    assertThat(html.replaceAll("(?s)<(script|style)[^>]*>.*?</\\1>", ""))
        .contains("<h1")
        .doesNotContainPattern("(?i)<(img|link|iframe|object|embed|base)\\b")
        .doesNotContainPattern("(?i)\\s(src|style|on[a-z]+)=")
        .doesNotContainPattern("href=\"(?!#)");
  }

  @Test
  void hostileNamesAreInTheDataAndNowhereMarkup() {
    assertThat(each(data.root().get("findings"), finding -> text(finding, "tensor")))
        .containsAll(
            ReportedFleet.HOSTILE.stream().map(name -> ForeignText.shown(name, 20_000)).toList());
    assertThat(html)
        .doesNotContain("<script>window.hacked")
        .doesNotContain("<img")
        .doesNotContain("\u202e")
        .doesNotContain("\u2066");
    assertThat(html.split("</script>", -1)).hasSize(3);
  }

  @Test
  void writesOneFile() throws Exception {
    Path file = directory.resolve("written").resolve("report.html");
    report.write(file.toString(), new Configuration());
    assertThat(Files.readString(file)).isEqualTo(html);
    assertThat(file.getParent().toFile().list()).containsExactly("report.html");
  }

  @Test
  void saysInOneLineThatItCannotWrite() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "").resolve("report.html");
    assertThatThrownBy(() -> report.write(file.toString(), new Configuration()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("Cannot write the report to " + file + ": ");
  }

  private static List<Object> row(Object... values) {
    return Arrays.asList(values);
  }

  private static List<List<Object>> values(ScanTable table, String... columns) {
    return values(LAST, table, columns);
  }

  private static List<List<Object>> values(String scans, ScanTable table, String... columns) {
    return landed.rows(table, scans).stream()
        .map(
            row ->
                Arrays.stream(columns)
                    .map(column -> shown(row.getAs(column)))
                    .collect(ArrayList<Object>::new, List::add, List::addAll))
        .map(row -> (List<Object>) row)
        .toList();
  }

  private static Object shown(Object value) {
    return value instanceof String text ? ForeignText.shown(text, 20_000) : value;
  }

  private String hash(String element) throws Exception {
    Matcher matcher = Pattern.compile(element, Pattern.DOTALL).matcher(html);
    assertThat(matcher.find()).isTrue();
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(matcher.group(1).getBytes(StandardCharsets.UTF_8));
    return "sha256-" + Base64.getEncoder().encodeToString(digest);
  }
}
