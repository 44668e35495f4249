package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.history.Drift;
import io.shardsum.history.EngineHistory;
import io.shardsum.history.EngineStep;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FindingStep;
import io.shardsum.history.FleetHistory;
import io.shardsum.history.LeftOutScan;
import io.shardsum.history.PastScan;
import io.shardsum.history.TensorChange;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.TensorName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** Histories as one JSON object; keys are the tables' column names where there are such. */
final class DriftJson {

  private final Told told;
  private final JsonGenerator json;

  private DriftJson(Told told, JsonGenerator json) {
    this.told = told;
    this.json = json;
  }

  static void print(List<FleetHistory> fleets, Told told, ExitCode exitCode, PrintWriter out) {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      new DriftJson(told, json).write(fleets, exitCode);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the history", e);
    }
    out.println();
  }

  private void write(List<FleetHistory> fleets, ExitCode exitCode) throws IOException {
    json.writeStartObject();
    json.writeNumberField("exit_code", exitCode.number());
    json.writeArrayFieldStart("fleets");
    for (FleetHistory fleet : fleets) {
      write(fleet);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(FleetHistory fleet) throws IOException {
    json.writeStartObject();
    json.writeStringField("fleet", fleet.fleet());
    json.writeBooleanField("new_drift", !fleet.newDrift().isEmpty());
    json.writeBooleanField("standing_drift", !fleet.standingDrift().isEmpty());
    json.writeNumberField("open_errors", fleet.openErrors().size());
    json.writeNumberField("open_warnings", fleet.openWarnings().size());
    json.writeArrayFieldStart("scans");
    for (PastScan scan : fleet.scans()) {
      json.writeStartObject();
      json.writeStringField("scan_id", scan.scanId());
      json.writeStringField("started_at", scan.startedAt().toString());
      json.writeStringField("verdict", scan.verdict());
      json.writeStringField("scope", scan.scope().word());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("days_without_scan");
    for (LocalDate day : fleet.daysWithoutScan()) {
      json.writeString(day.toString());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("left_out");
    for (LeftOutScan scan : fleet.leftOut()) {
      json.writeStartObject();
      json.writeStringField("scan_id", scan.scanId());
      json.writeStringField("why", scan.why());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("engines");
    for (EngineHistory engine : fleet.engines()) {
      write(engine);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("findings");
    for (FindingHistory finding : fleet.findings()) {
      if (told == Told.ALL || finding.isNew()) {
        write(finding);
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(EngineHistory engine) throws IOException {
    EngineStep last = engine.last();
    json.writeStartObject();
    json.writeStringField("engine", engine.engine());
    json.writeStringField("source", engine.source().name());
    json.writeStringField("state", last.state().name());
    writeScan("first_seen", Optional.of(last.firstSeen()));
    writeScan("last_right", last.lastRight());
    writeScan("off_since", last.drift().map(Drift::since));
    writeNumbers("off_ranks", last.drift().map(Drift::ranks).orElse(List.of()));
    json.writeArrayFieldStart("steps");
    for (EngineStep step : engine.steps()) {
      write(step);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(EngineStep step) throws IOException {
    json.writeStartObject();
    json.writeStringField("scan_id", step.scan().scanId());
    json.writeStringField("state", step.state().name());
    json.writeStringField("compared_with", step.comparedWith().map(PastScan::scanId).orElse(null));
    json.writeStringField("model", step.declared().model().orElse(null));
    json.writeStringField("revision", step.declared().revision().orElse(null));
    json.writeStringField("revision_before", step.declared().revisionBefore().orElse(null));
    json.writeStringField("checksum", step.checksum().orElse(null));
    json.writeNumberField("expected_ranks", step.expectedRanks());
    json.writeNumberField("hashed_ranks", step.hashedRanks());
    json.writeStringField("worst", step.worst().map(CoverageState::name).orElse(null));
    writeNumbers("changed_ranks", step.changedRanks());
    writeNumbers("drifted_ranks", step.driftedRanks());
    json.writeFieldName("tensors");
    if (step.tensors().isPresent()) {
      write(step.tensors().get());
    } else {
      json.writeNull();
    }
    json.writeEndObject();
  }

  private void write(TensorChange change) throws IOException {
    json.writeStartObject();
    json.writeNumberField("changed", change.changed());
    json.writeNumberField("added", change.added());
    json.writeNumberField("removed", change.removed());
    json.writeNumberField("bytes", change.bytes());
    json.writeStringField("first_key", change.firstKey());
    json.writeEndObject();
  }

  private void write(FindingHistory fault) throws IOException {
    Finding finding = fault.finding();
    json.writeStartObject();
    json.writeStringField("fingerprint", fault.fingerprint());
    json.writeStringField("state", fault.state().name());
    json.writeStringField("kind", finding.kind());
    json.writeStringField("severity", finding.severity());
    json.writeStringField("engine", finding.engine().orElse(null));
    json.writeStringField("source", finding.subject().source().name());
    json.writeFieldName("rank");
    if (finding.rank().isPresent()) {
      json.writeNumber(finding.rank().get());
    } else {
      json.writeNull();
    }
    json.writeStringField("role", finding.tensor().map(TensorName::role).orElse(null));
    json.writeStringField("tensor", finding.tensor().map(TensorName::tensor).orElse(null));
    json.writeStringField("actual", finding.comparison().actual().orElse(null));
    json.writeStringField("location", finding.location().orElse(null));
    json.writeStringField("detail", finding.detail());
    writeScan("first_seen", Optional.of(fault.firstSeen()));
    writeScan("last_seen", Optional.of(fault.lastSeen()));
    json.writeNumberField("times_seen", fault.timesSeen());
    json.writeArrayFieldStart("steps");
    for (FindingStep step : fault.steps()) {
      json.writeStartObject();
      json.writeStringField("scan_id", step.scan().scanId());
      json.writeStringField("state", step.state().name());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** A scan that need not be among those of the range. */
  private void writeScan(String field, Optional<PastScan> scan) throws IOException {
    json.writeFieldName(field);
    if (scan.isEmpty()) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("scan_id", scan.get().scanId());
    json.writeStringField("started_at", scan.get().startedAt().toString());
    json.writeEndObject();
  }

  private void writeNumbers(String field, List<Integer> numbers) throws IOException {
    json.writeArrayFieldStart(field);
    for (int number : numbers) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }
}
