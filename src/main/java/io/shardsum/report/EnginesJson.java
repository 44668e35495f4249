package io.shardsum.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/** The engines of the scan in the page's data, with their ranks. */
final class EnginesJson {

  private final DataWriter data;
  private final JsonGenerator json;

  EnginesJson(DataWriter data) {
    this.data = data;
    this.json = data.json();
  }

  void write(List<ReportedEngine> engines) throws IOException {
    json.writeArrayFieldStart("engines");
    for (ReportedEngine engine : engines) {
      write(engine);
    }
    json.writeEndArray();
  }

  private void write(ReportedEngine engine) throws IOException {
    json.writeStartObject();
    data.text("name", engine.key().engine());
    json.writeStringField("source", engine.key().source().name());
    data.text("model", engine.model());
    data.text("revision", engine.revision());
    json.writeNumberField("group", data.groups().of(engine.group()));
    json.writeNumberField("expectedRanks", engine.expectedRanks());
    json.writeNumberField("hashedRanks", engine.hashedRanks());
    json.writeNumberField("missingRanks", engine.missingRanks());
    json.writeStringField("status", engine.status());
    json.writeStringField("state", engine.state().name());
    json.writeNumberField("checksum", data.checksums().of(engine.checksum()));
    json.writeNumberField("bytes", engine.bytes());
    if (engine.lastVerifiedAt().isPresent()) {
      data.instant("lastVerifiedAt", engine.lastVerifiedAt().get());
    }
    json.writeStringField("verifiedWithin", engine.verifiedWithin());
    if (engine.agreement().isPresent()) { // names in it were escaped when it landed
      json.writeStringField("agreement", engine.agreement().get());
    }
    json.writeArrayFieldStart("ranks");
    for (ReportedRank rank : engine.ranks()) {
      write(rank);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Ranks are the most numerous: an array of rank, place, state, status, checksum, ... */
  private void write(ReportedRank rank) throws IOException {
    json.writeStartArray();
    json.writeNumber(rank.rank());
    json.writeNumber(rank.place());
    json.writeString(rank.state().name());
    json.writeString(rank.status());
    json.writeNumber(data.checksums().of(rank.checksum()));
    json.writeNumber(rank.tensors());
    json.writeNumber(rank.skipped());
    json.writeNumber(rank.bytes());
    if (rank.reason().isPresent()) {
      json.writeString(ShownText.whole(rank.reason().get()));
    }
    json.writeEndArray();
  }
}
