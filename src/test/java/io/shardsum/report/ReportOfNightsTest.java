package io.shardsum.report;

import static io.shardsum.report.PageData.each;
import static io.shardsum.report.PageData.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nights: what was found of b in the first is gone in the second; a drifts in the second and
 * is still different in the third; c is there no more in the third, where d is found for the first
 * time.
 */
@ExtendWith(LocalSpark.class)
class ReportOfNightsTest {

  @TempDir static Path out;

  private static String html;
  private static JsonNode root;

  @BeforeAll
  static void report(SparkSession spark) {
    Engine a = Engine.of("a", "acme/chat", "1", "w", "w");
    Engine drifted = Engine.of("a", "acme/chat", "1", "w", "flipped");
    Engine b = Engine.of("b", "acme/chat", "1", "w", "w");
    Engine c = Engine.of("c", "acme/code", "7", "c", "c");
    Engine d = Engine.of("d", "acme/search", "1", "s", "s");
    Finding ofA = finding(FindingKind.STALE_REVISION, "a", 1);
    new Nights()
        .scan("prod", "n1", at(1), List.of(a, b, c), finding(FindingKind.DAMAGED, "b", 0))
        .scan("prod", "n2", at(2), List.of(drifted, b, c), ofA)
        .scan(
            "prod",
            "n3",
            at(4),
            List.of(drifted, b, d),
            ofA,
            finding(FindingKind.UNVERIFIED, "d", 0))
        .write(spark, out);
    html = ReportedFleet.report(spark, out).html();
    root = PageData.of(html).root();
  }

  private static Instant at(int day) {
    return Instant.parse("2026-11-0%sT02:00:00Z".formatted(Integer.toString(day)));
  }

  private static Finding finding(FindingKind kind, String engine, int rank) {
    return Finding.of(
        kind,
        Subject.rank(engine, rank),
        Comparison.of("expected", "actual"),
        Optional.empty(),
        "as planted");
  }

  @Test
  void tellsFindingsOfBefore() {
    assertThat(
            each(
                root.get("findings"),
                finding ->
                    "%s %s, %s since %s"
                        .formatted(
                            text(finding, "kind"),
                            text(finding, "state"),
                            finding.get("timesSeen"),
                            text(finding, "firstSeen"))))
        .containsExactly(
            "STALE_REVISION STILL_THERE, 2 since 2026-11-02T02:00:00Z",
            "UNVERIFIED NEW, 1 since 2026-11-04T02:00:00Z");
    assertThat(root.at("/history/pastCount").asInt()).isEqualTo(1);
    assertThat(root.at("/history/past/0"))
        .hasToString(
            "{\"state\":\"GONE\",\"kind\":\"DAMAGED\",\"severity\":\"error\",\"engine\":\"b\",\"rank\":0,"
                + "\"detail\":\"as planted\",\"firstSeen\":\"2026-11-01T02:00:00Z\","
                + "\"lastSeen\":\"2026-11-01T02:00:00Z\",\"timesSeen\":1}");
    assertThat(each(root.at("/history/scans"), scan -> scan.get("errors").asInt()))
        .containsExactly(1, 1, 1);
    assertThat(each(root.at("/history/scans"), scan -> scan.get("warnings").asInt()))
        .containsExactly(0, 0, 1);
  }

  @Test
  void saysAtTheTopSinceWhenAnEngineIsWrongAndWhenItWasRight() {
    assertThat(html)
        .contains(
            "<p class=\"since\"><bdi>a</bdi> has been wrong since scan n2 of 2026-11-02 02:00 UTC; last"
                + " right in scan n1 of 2026-11-01 02:00 UTC.</p>");
  }

  @Test
  void tellsWhatEnginesDid() {
    assertThat(
            each(
                root.at("/history/engines"),
                engine -> each(engine.get("steps"), step -> step.get(0) + step.get(1).asText())))
        .containsExactly(
            List.of("0APPEARED", "1DRIFTED", "2UNCHANGED"),
            List.of("0APPEARED", "1UNCHANGED", "2UNCHANGED"),
            List.of("0APPEARED", "1UNCHANGED", "2DISAPPEARED"),
            List.of("2APPEARED"));
    assertThat(text(root.at("/history/engines/2"), "name")).isEqualTo("c");
    assertThat(root.at("/history/engines/0/steps/1/4"))
        .hasToString(
            "{\"changedRanks\":[1],\"driftedRanks\":[1],\"changed\":1,\"added\":0,\"removed\":0,\"bytes\":1000,"
                + "\"firstKey\":\"layers.1.weight\",\"different\":true,\"offRanks\":[1],\"offSince\":\"2026-11-02T02:00:00Z\"}");
    assertThat(root.at("/history/daysWithoutScan")).hasToString("[\"2026-11-03\"]");
  }

  @Test
  void saysFirstWhatIsNew() {
    assertThat(html.lines().map(String::strip))
        .contains(
            "<p class=\"figure\">1 new finding</p>",
            "<p>since the scan of 2026-11-02 02:00 UTC</p>");
    assertThat(html)
        .contains(
            "<b>1 engine</b> appeared</li>",
            "<b>1 engine</b> disappeared</li>",
            "<b>1 engine</b> still different</li>",
            "<b>1 finding</b> still there</li>")
        .doesNotContain("</b> gone</li>");
  }
}
