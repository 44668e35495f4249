package io.shardsum.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.history.FindingHistory;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.TensorName;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The findings of the scan in the page's data, with their evidence. */
final class FindingsJson {

  /** So many findings are in the page. */
  static final int FINDINGS = 2_000;

  /** So many damaged parts of a tensor are in the page. */
  static final int PARTS = 200;

  /** So many tensors of a finding are in the page. */
  static final int TENSORS = 200;

  private final DataWriter data;
  private final JsonGenerator json;

  FindingsJson(DataWriter data) {
    this.data = data;
    this.json = data.json();
  }

  void write(List<ReportedFinding> findings) throws IOException {
    json.writeArrayFieldStart("findings");
    for (ReportedFinding finding : findings.subList(0, Math.min(FINDINGS, findings.size()))) {
      write(finding);
    }
    json.writeEndArray();
    json.writeNumberField("findingCount", findings.size());
    Map<String, Integer> kinds = new TreeMap<>();
    findings.forEach(finding -> kinds.merge(finding.finding().kind(), 1, Integer::sum));
    json.writeObjectFieldStart("findingKinds");
    for (Map.Entry<String, Integer> kind : kinds.entrySet()) {
      json.writeNumberField(ShownText.whole(kind.getKey()), kind.getValue());
    }
    json.writeEndObject();
  }

  private void write(ReportedFinding reported) throws IOException {
    Finding finding = reported.finding();
    json.writeStartObject();
    json.writeNumberField("number", reported.number());
    json.writeNumberField("engine", reported.key().map(data::numberOf).orElse(-1));
    json.writeStringField("source", finding.source().name());
    if (finding.rank().isPresent()) {
      json.writeNumberField("rank", finding.rank().get());
    }
    data.text("role", finding.tensor().map(TensorName::role));
    data.text("tensor", finding.tensor().map(TensorName::key));
    data.text("kind", finding.kind());
    data.text("severity", finding.severity());
    data.text("expected", finding.comparison().expected());
    data.text("actual", finding.comparison().actual());
    data.text("votes", finding.comparison().votes());
    data.text("cause", finding.cause());
    data.text("location", finding.location());
    data.text("detail", finding.detail());
    if (!finding.tensors().isEmpty()) {
      data.texts("tensors", finding.tensors().stream().limit(TENSORS).toList());
      json.writeNumberField("tensorCount", finding.tensors().size());
    }
    data.text("readBy", finding.readBy().map(by -> by.host() + ", executor " + by.executor()));
    if (reported.history().isPresent()) {
      writeHistory(reported.history().get());
    }
    writeCamps(reported.camps());
    writeDamage(reported);
    json.writeEndObject();
  }

  private void writeHistory(FindingHistory history) throws IOException {
    json.writeStringField("state", history.state().name());
    data.instant("firstSeen", history.firstSeen().startedAt());
    json.writeNumberField("timesSeen", history.timesSeen());
  }

  private void writeCamps(List<Camp> camps) throws IOException {
    if (camps.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("camps");
    for (Camp camp : camps) {
      json.writeStartObject();
      json.writeStringField("status", camp.status());
      data.text("form", camp.dtype().map(dtype -> dtype + " " + camp.shape().orElse("")));
      json.writeNumberField("checksum", data.checksums().of(camp.checksum()));
      json.writeNumberField("copies", camp.copies());
      json.writeNumberField("voters", camp.voters());
      json.writeNumberField("engines", camp.engines());
      data.numbers("named", camp.named().stream().map(data::numberOf).toList());
      json.writeBooleanField("ofFinding", camp.holdsFinding());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeDamage(ReportedFinding finding) throws IOException {
    List<DamagedPart> parts = finding.damagedParts();
    if (parts.isEmpty() || finding.tensorBytes() == 0) {
      return;
    }
    json.writeNumberField("tensorBytes", finding.tensorBytes());
    json.writeStringField(
        "partsKnownBy", finding.finding().damage().isPresent() ? "bytes" : "sums");
    json.writeNumberField("partCount", finding.damagedPartCount());
    json.writeArrayFieldStart("parts");
    for (DamagedPart part : parts.subList(0, Math.min(PARTS, parts.size()))) {
      json.writeStartArray();
      json.writeNumber(part.offsetBytes());
      json.writeNumber(part.lengthBytes());
      json.writeEndArray();
    }
    json.writeEndArray();
  }
}
