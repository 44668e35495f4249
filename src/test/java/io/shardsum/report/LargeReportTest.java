package io.shardsum.report;

import static io.shardsum.report.PageData.each;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardsum.testing.JsonKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeReportTest {

  @TempDir Path directory;

  @Test
  void aThousandEnginesStayBelowTenMegabytes() {
    String html = new LargeReport(1_000, 30, 2_500).html();

    assertThat(html.getBytes(StandardCharsets.UTF_8).length).isLessThan(10_000_000);
    JsonNode root = PageData.of(html).root();
    assertThat(root.get("engines")).hasSize(1_000);
    assertThat(root.at("/engines/999/ranks")).hasSize(LargeReport.RANKS);
    assertThat(root.at("/engines/999/ranks/3").toString())
        .matches("\\[3,3,\"VERIFIED\",\"COMPLETE\",\\d+,1234,2,17179869184]");
    assertThat(JsonKeys.of(root))
        .isEqualTo(
            """
            .: scan engines findings findingCount findingKinds history coverage checksums groups groupWords revisions
            scan: id fleet startedAt finishedAt toolVersion sparkVersion accelerator digest engines ranks tensors bytes verdict settings
            engines: name source model revision group expectedRanks hashedRanks missingRanks status state checksum bytes lastVerifiedAt verifiedWithin agreement ranks
            findings: number engine source rank role tensor kind severity expected actual votes cause detail state firstSeen timesSeen camps tensorBytes partsKnownBy partCount parts
            findings.camps: status form checksum copies voters engines named ofFinding
            findingKinds: DAMAGED
            history: scans scanCount daysWithoutScan engines pastCount past
            history.scans: id startedAt verdict scope errors warnings
            history.engines: engine steps
            history.engines.steps: changedRanks driftedRanks changed added removed bytes firstKey offRanks offSince
            coverage: state engines ranks tensors bytes expectedBytes
            """);
    assertThat(each(root.at("/history/engines"), engine -> engine.get("steps").size()))
        .hasSize(1_000)
        .containsOnly(30);
  }

  @Test
  void saysHowManyAreLeftOutAndWhichHostsWereSlow() {
    String html = new LargeReport(10, 100, 2_500).html();

    assertThat(html)
        .contains(
            "<dt>Resumed</dt><dd>312 ranks (1.20 TB of files) were in the tables already</dd>",
            "<dt>Slow hosts</dt>",
            "gpu-3: 0.10 GB/s a task; the median of 3 hosts is 1.00 GB/s");
    JsonNode root = PageData.of(html).root();
    assertThat(root.get("findings")).hasSize(2_000);
    assertThat(root.get("findingCount").asInt()).isEqualTo(2_500);
    assertThat(root.get("findingKinds")).hasToString("{\"DAMAGED\":2500}");
    assertThat(root.at("/findings/0/parts")).hasSize(64);
    assertThat(root.at("/findings/0/partCount").asInt()).isEqualTo(1_000);
    assertThat(root.at("/history/scans")).hasSize(90);
    assertThat(root.at("/history/scanCount").asInt()).isEqualTo(100);
    assertThat(root.at("/history/scans/89/errors").asInt()).isEqualTo(2_500);
  }

  /** Prints what bench/README.md tells. */
  @Test
  void staysUsableInABrowser() throws IOException {
    Path file = directory.resolve("report.html");
    Files.writeString(file, new LargeReport(1_000, 30, 2_500).html());
    try (Browser browser = Browser.start()) {
      browser.open(file, "light");
      System.out.printf(
          Locale.ROOT,
          "1,000 engines x 8 ranks x 30 scans, %.2f MB: first paint after %s ms, loaded after %s ms%n",
          Files.size(file) / 1e6,
          browser.script(
              "return Math.round(performance.getEntriesByName('first-paint')[0].startTime)"),
          browser.script(
              "return Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"));
      assertThat(browser.texts(".heat tbody tr")).hasSize(60);
      assertThat(browser.text("#fleet [role=status]"))
          .isEqualTo("60 of 1,000 engines; of the others 900 are verified");
      browser.find("#engine-search").sendKeys("chat-0999");
      assertThat(browser.texts(".heat tbody th")).containsExactly("chat-0999");
      assertThat(browser.texts(".timeline tbody th")).hasSize(25);
      assertThat(browser.text("#findings [role=status]"))
          .isEqualTo("50 of 2,000 findings; 500 more are in the tables only");
      browser.find("#findings .more").click();
      assertThat(browser.texts(".finding .kind")).hasSize(250);
      assertThat(browser.console()).isEqualTo(List.of());
    }
  }
}
