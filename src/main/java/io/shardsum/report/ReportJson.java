package io.shardsum.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The data of the page, as JSON, which its script can show as they are. Where it would be too long,
 * it has the first, and says how many there are.
 */
final class ReportJson {

  private final ScanReport report;
  private final DataWriter data;
  private final JsonGenerator json;

  private ReportJson(ScanReport report) throws IOException {
    this.report = report;
    this.data = new DataWriter(report.engines());
    this.json = data.json();
  }

  /** Writes the data, fit to stand in an HTML element {@code script}. */
  static String of(ScanReport report) {
    try {
      return new ReportJson(report).write();
    } catch (IOException e) {
      throw new UncheckedIOException("A StringWriter takes everything", e);
    }
  }

  private String write() throws IOException {
    json.writeStartObject();
    writeScan(report.scan());
    new EnginesJson(data).write(report.engines());
    new FindingsJson(data).write(report.findings());
    new HistoryJson(data).write(report.history());
    writeCoverage(report.coverage());
    data.texts("checksums", data.checksums().texts());
    data.texts("groups", data.groups().texts());
    data.texts("revisions", data.revisions().texts());
    json.writeEndObject();
    return data.end();
  }

  private void writeScan(ReportedScan scan) throws IOException {
    json.writeObjectFieldStart("scan");
    data.text("id", scan.scanId());
    data.text("fleet", scan.fleet());
    data.instant("startedAt", scan.startedAt());
    data.instant("finishedAt", scan.finishedAt());
    data.text("toolVersion", scan.toolVersion());
    data.text("sparkVersion", scan.sparkVersion());
    data.text("accelerator", scan.accelerator());
    data.text("digest", scan.digest());
    json.writeNumberField("engines", scan.engines());
    json.writeNumberField("ranks", scan.ranks());
    json.writeNumberField("tensors", scan.tensors());
    json.writeNumberField("bytes", scan.bytes());
    json.writeStringField("verdict", scan.verdict().name());
    data.text("settings", scan.settings());
    json.writeEndObject();
  }

  private void writeCoverage(List<ReportedPart> parts) throws IOException {
    json.writeArrayFieldStart("coverage");
    for (ReportedPart part : parts) {
      json.writeStartObject();
      json.writeStringField("state", part.state().name());
      data.text("skippedBecause", part.skippedBecause());
      json.writeNumberField("engines", part.engines());
      json.writeNumberField("ranks", part.ranks());
      json.writeNumberField("tensors", part.tensors());
      json.writeNumberField("bytes", part.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
