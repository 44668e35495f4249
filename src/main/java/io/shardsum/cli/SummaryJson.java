package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagedRange;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.files.ReadTimes;
import io.shardsum.scan.live.LiveEngineResult;
import io.shardsum.scan.live.LiveRankResult;
import io.shardsum.scan.live.LiveSummary;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.Agreement;
import io.shardsum.verdict.AgreementWords;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.TensorName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A scan's result as one JSON object; keys are the tables' column names. */
final class SummaryJson {

  private final ScanSummary summary;
  private final JsonGenerator json;
  private final AgreementWords ofFiles;
  private final AgreementWords ofRunning;

  private SummaryJson(ScanSummary summary, JsonGenerator json) {
    this.summary = summary;
    this.json = json;
    this.ofFiles = AgreementWords.ofFiles(summary.agreements(), summary.findings());
    this.ofRunning = AgreementWords.ofRunning(summary.live().agreements(), summary.findings());
  }

  static void print(ScanSummary summary, PrintWriter out) {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      new SummaryJson(summary, json).write();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the result", e);
    }
    out.println();
  }

  private void write() throws IOException {
    json.writeStartObject();
    json.writeStringField("fleet", summary.request().inventory().fleet());
    json.writeStringField("scan_id", summary.request().scanId().text());
    json.writeStringField("started_at", summary.request().startedAt().toString());
    json.writeStringField("verdict", summary.verdict().name());
    json.writeNumberField("exit_code", ExitCode.of(summary.verdict()).number());
    json.writeNumberField("tensors", summary.tensors());
    json.writeNumberField("bytes", summary.bytes());
    json.writeStringField("tables", summary.request().out());
    json.writeStringField("accelerator", summary.accelerator().orElse("cpu"));
    json.writeNumberField("canaries", summary.canaries().shards());
    json.writeNumberField("canaries_found", summary.canaries().found());
    writeEngines();
    writeLive();
    writeFindings();
    json.writeObjectFieldStart("coverage");
    writeCoverage(summary.coverage());
    json.writeEndObject();
    writeTimings();
    json.writeEndObject();
  }

  /** Where the time went, in seconds; the verdict is a part of landing. */
  private void writeTimings() throws IOException {
    Instant processStart =
        Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
    ReadTimes reading = summary.readTimes();
    json.writeObjectFieldStart("timings");
    writeSeconds("startup", Duration.between(processStart, reading.begin()));
    writeSeconds("reading", Duration.between(reading.begin(), reading.end()));
    writeSeconds("landing", Duration.between(reading.end(), Instant.now()));
    writeSeconds("verdict", summary.judging());
    json.writeNumberField("read_bytes", reading.bytes());
    json.writeEndObject();
  }

  private void writeSeconds(String name, Duration duration) throws IOException {
    json.writeNumberField(name, duration.toMillis() / 1000.0);
  }

  private void writeEngines() throws IOException {
    Map<String, List<RankResult>> ranks =
        summary.ranks().stream().collect(Collectors.groupingBy(RankResult::engine));
    json.writeArrayFieldStart("engines");
    for (EngineResult engine : summary.engines()) {
      json.writeStartObject();
      json.writeStringField("engine", engine.engine());
      json.writeStringField("model", engine.model().orElse(null));
      json.writeStringField("revision", engine.revision().orElse(null));
      json.writeStringField("comparison_group", engine.group());
      json.writeStringField("status", engine.isComplete() ? "COMPLETE" : "INCOMPLETE");
      json.writeStringField("checksum", engine.checksum().orElse(null));
      json.writeNumberField("expected_ranks", engine.expectedRanks());
      json.writeNumberField("hashed_ranks", engine.hashedRanks());
      json.writeNumberField("missing_ranks", engine.missingRanks());
      json.writeNumberField("bytes", engine.bytes());
      Agreement agreement = summary.agreements().get(engine.engine());
      writeNames("agrees_with", agreement.equal());
      writeNames("same_files", agreement.sameStorage());
      writeReference(agreement);
      json.writeStringField(
          "agreement", engine.checksum().map(any -> ofFiles.of(engine.engine())).orElse(null));
      json.writeArrayFieldStart("ranks");
      for (RankResult rank : ranks.get(engine.engine())) {
        writeRank(rank);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /**
   * How much of an engine was compared with a reference, and with what outcome; null without one.
   */
  private void writeReference(Agreement agreement) throws IOException {
    if (agreement.reference().isEmpty()) {
      json.writeNullField("compared_with_reference");
      return;
    }
    Agreement.WithReference reference = agreement.reference().get();
    json.writeObjectFieldStart("compared_with_reference");
    json.writeStringField("outcome", reference.outcome().name());
    json.writeNumberField("compared_tensors", reference.comparedTensors());
    json.writeNumberField("tensors", reference.tensors());
    json.writeEndObject();
  }

  private void writeRank(RankResult rank) throws IOException {
    json.writeStartObject();
    json.writeNumberField("rank", rank.rank());
    json.writeStringField("status", rank.status());
    json.writeStringField("checksum", rank.checksum().orElse(null));
    json.writeNumberField("tensors", rank.tensors());
    json.writeNumberField("skipped", rank.skipped());
    json.writeNumberField("bytes", rank.bytes());
    json.writeStringField("reason", rank.reason().orElse(null));
    json.writeEndObject();
  }

  /** What running engines said, and how much of it was checked. */
  private void writeLive() throws IOException {
    json.writeObjectFieldStart("live");
    json.writeArrayFieldStart("engines");
    for (LiveEngineResult engine : summary.live().engines()) {
      json.writeStartObject();
      json.writeStringField("engine", engine.engine());
      json.writeStringField("comparison_group", engine.group());
      json.writeStringField("status", engine.checksum().isPresent() ? "COMPLETE" : "INCOMPLETE");
      json.writeStringField("checksum", engine.checksum().orElse(null));
      json.writeStringField("reported", engine.reported().orElse(null));
      writeBeside(engine);
      Agreement agreement = summary.live().agreements().get(engine.engine());
      writeNames("agrees_with", agreement.equal());
      writeNames("same_address", agreement.sameStorage());
      writeReference(agreement);
      json.writeStringField(
          "agreement", engine.checksum().map(any -> ofRunning.of(engine.engine())).orElse(null));
      json.writeStringField("host", engine.host());
      json.writeStringField("engine_version", engine.version().orElse(null));
      json.writeStringField("fetched_at", engine.fetchedAt().toString());
      json.writeArrayFieldStart("ranks");
      for (LiveRankResult rank : engine.ranks()) {
        writeRank(rank);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("coverage");
    writeCoverage(summary.live().coverage());
    json.writeEndObject();
    json.writeEndObject();
  }

  /** How much of an engine was compared with its files; null without files. */
  private void writeBeside(LiveEngineResult engine) throws IOException {
    LiveSummary.Beside beside = summary.live().beside().get(engine.engine());
    if (beside == null) {
      json.writeNullField("compared_with_files");
      return;
    }
    json.writeObjectFieldStart("compared_with_files");
    json.writeNumberField("compared_ranks", beside.comparedRanks());
    json.writeNumberField("ranks", beside.ranks());
    json.writeNumberField("compared_tensors", beside.comparedTensors());
    json.writeNumberField("tensors", beside.tensors());
    json.writeEndObject();
  }

  private void writeRank(LiveRankResult rank) throws IOException {
    json.writeStartObject();
    json.writeNumberField("rank", rank.rank());
    json.writeStringField("status", rank.status());
    json.writeStringField("checksum", rank.checksum().orElse(null));
    json.writeStringField("reported", rank.reported().orElse(null));
    json.writeNumberField("tensors", rank.tensors());
    json.writeNumberField("skipped", rank.skipped());
    json.writeStringField("reason", rank.reason().orElse(null));
    json.writeEndObject();
  }

  private void writeFindings() throws IOException {
    json.writeArrayFieldStart("findings");
    for (Finding finding : summary.findings()) {
      json.writeStartObject();
      json.writeStringField("kind", finding.kind());
      json.writeStringField("severity", finding.severity());
      json.writeStringField("engine", finding.engine().orElse(null));
      json.writeStringField("source", finding.source().name());
      json.writeFieldName("rank");
      if (finding.rank().isPresent()) {
        json.writeNumber(finding.rank().get());
      } else {
        json.writeNull();
      }
      json.writeStringField("role", finding.tensor().map(TensorName::role).orElse(null));
      json.writeStringField("tensor", finding.tensor().map(TensorName::tensor).orElse(null));
      json.writeStringField("expected", finding.comparison().expected().orElse(null));
      json.writeStringField("actual", finding.comparison().actual().orElse(null));
      json.writeStringField("votes", finding.comparison().votes().orElse(null));
      json.writeStringField("cause", finding.cause().orElse(null));
      json.writeStringField("location", finding.location().orElse(null));
      json.writeStringField("detail", finding.detail());
      if (!finding.tensors().isEmpty()) {
        json.writeArrayFieldStart("tensors");
        for (String tensor : finding.tensors()) {
          json.writeString(tensor);
        }
        json.writeEndArray();
      }
      if (finding.damage().isPresent()) {
        writeDamage(finding.damage().get());
      }
      if (finding.readBy().isPresent()) {
        json.writeStringField("host", finding.readBy().get().host());
        json.writeStringField("executor", finding.readBy().get().executor());
        json.writeStringField("gpu", finding.readBy().get().gpu().orElse(null));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeDamage(Damage damage) throws IOException {
    json.writeStringField("pattern", damage.pattern().name());
    if (damage.patternBytes().isPresent()) {
      json.writeNumberField("pattern_bytes", damage.patternBytes().get());
    }
    json.writeArrayFieldStart("ranges");
    for (DamagedRange range : damage.ranges()) {
      json.writeStartObject();
      json.writeNumberField("offset_bytes", range.offsetBytes());
      json.writeNumberField("length_bytes", range.lengthBytes());
      json.writeNumberField("file_offset_bytes", range.fileOffsetBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("range_count", damage.rangeCount());
    json.writeNumberField("differing_bytes", damage.differingBytes());
    json.writeNumberField("differing_bits", damage.differingBits());
    json.writeNumberField("element_index", damage.elementIndex());
    json.writeArrayFieldStart("element");
    for (long coordinate : damage.element()) {
      json.writeNumber(coordinate);
    }
    json.writeEndArray();
    json.writeNumberField("compared_bytes", damage.comparedBytes());
  }

  private void writeCoverage(Coverage coverage) throws IOException {
    json.writeArrayFieldStart("states");
    for (Coverage.Part part : coverage.parts()) {
      json.writeStartObject();
      json.writeStringField("state", part.state().name());
      json.writeStringField("skipped_because", part.skippedBecause().orElse(null));
      json.writeNumberField("engines", part.engines());
      json.writeNumberField("ranks", part.ranks());
      json.writeNumberField("tensors", part.tensors());
      json.writeNumberField("bytes", part.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("last_verified");
    for (Coverage.EngineAge engine : coverage.ages()) {
      json.writeStartObject();
      json.writeStringField("engine", engine.engine());
      json.writeStringField(
          "last_verified_at", engine.verifiedAt().map(Instant::toString).orElse(null));
      json.writeStringField("verified_within", engine.age().word());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeNames(String field, List<String> names) throws IOException {
    json.writeArrayFieldStart(field);
    for (String name : names) {
      json.writeString(name);
    }
    json.writeEndArray();
  }
}
