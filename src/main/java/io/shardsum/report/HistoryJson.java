package io.shardsum.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.history.Drift;
import io.shardsum.history.EngineHistory;
import io.shardsum.history.EngineState;
import io.shardsum.history.EngineStep;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FleetHistory;
import io.shardsum.history.PastScan;
import io.shardsum.history.TensorChange;
import io.shardsum.verdict.TensorName;
import java.io.IOException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The scans before, in the page's data: what each engine held, and what is found no more. */
final class HistoryJson {

  /** So many findings that are no longer found are in the page. */
  static final int PAST_FINDINGS = 200;

  private final DataWriter data;
  private final JsonGenerator json;
  private final Map<PastScan, Integer> scanNumbers = new HashMap<>();

  HistoryJson(DataWriter data) {
    this.data = data;
    this.json = data.json();
  }

  void write(ReportedHistory history) throws IOException {
    FleetHistory fleet = history.fleet();
    json.writeObjectFieldStart("history");
    json.writeArrayFieldStart("scans");
    for (PastScan scan : fleet.scans()) {
      scanNumbers.put(scan, scanNumbers.size());
      write(scan, history.found(scan));
    }
    json.writeEndArray();
    json.writeNumberField("scanCount", history.scanCount());
    data.texts(
        "daysWithoutScan", fleet.daysWithoutScan().stream().map(LocalDate::toString).toList());
    json.writeArrayFieldStart("engines");
    for (EngineHistory engine : fleet.engines()) {
      write(engine);
    }
    json.writeEndArray();
    writePast(history.past());
    json.writeEndObject();
  }

  private void write(PastScan scan, ReportedHistory.Found found) throws IOException {
    json.writeStartObject();
    data.text("id", scan.scanId());
    data.instant("startedAt", scan.startedAt());
    data.text("verdict", scan.verdict());
    data.text("scope", scan.scope().word());
    json.writeNumberField("errors", found.errors());
    json.writeNumberField("warnings", found.warnings());
    json.writeEndObject();
  }

  private void write(EngineHistory engine) throws IOException {
    int number = data.numberOf(new EngineKey(engine.engine(), engine.source()));
    json.writeStartObject();
    json.writeNumberField("engine", number);
    if (number < 0) {
      data.text("name", engine.engine());
      json.writeStringField("source", engine.source().name());
    }
    json.writeArrayFieldStart("steps");
    for (EngineStep step : engine.steps()) {
      write(step);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Most steps say that nothing changed: an array of scan, state, checksum, revision, and more. */
  private void write(EngineStep step) throws IOException {
    json.writeStartArray();
    json.writeNumber(scanNumbers.get(step.scan()));
    json.writeString(step.state().name());
    json.writeNumber(data.checksums().of(step.checksum()));
    json.writeNumber(data.revisions().of(step.declared().revision()));
    if (step.state() != EngineState.UNCHANGED || step.drift().isPresent() || step.isDifferent()) {
      writeMore(step);
    }
    json.writeEndArray();
  }

  private void writeMore(EngineStep step) throws IOException {
    json.writeStartObject();
    data.numbers("changedRanks", step.changedRanks());
    data.numbers("driftedRanks", step.driftedRanks());
    if (step.tensors().isPresent()) {
      TensorChange change = step.tensors().get();
      json.writeNumberField("changed", change.changed());
      json.writeNumberField("added", change.added());
      json.writeNumberField("removed", change.removed());
      json.writeNumberField("bytes", change.bytes());
      data.text("firstKey", change.firstKey());
    }
    if (step.isDifferent()) {
      json.writeBooleanField("different", true);
    }
    if (step.drift().isPresent()) {
      Drift drift = step.drift().get();
      data.numbers("offRanks", drift.ranks());
      data.instant("offSince", drift.since().startedAt());
    }
    json.writeEndObject();
  }

  private void writePast(List<FindingHistory> past) throws IOException {
    json.writeNumberField("pastCount", past.size());
    json.writeArrayFieldStart("past");
    for (FindingHistory fault : past.subList(0, Math.min(PAST_FINDINGS, past.size()))) {
      json.writeStartObject();
      json.writeStringField("state", fault.state().name());
      data.text("kind", fault.finding().kind());
      data.text("severity", fault.finding().severity());
      data.text("engine", fault.finding().engine());
      if (fault.finding().rank().isPresent()) {
        json.writeNumberField("rank", fault.finding().rank().get());
      }
      data.text("tensor", fault.finding().tensor().map(TensorName::key));
      data.text("detail", fault.finding().detail());
      data.instant("firstSeen", fault.firstSeen().startedAt());
      data.instant("lastSeen", fault.lastSeen().startedAt());
      json.writeNumberField("timesSeen", fault.timesSeen());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
