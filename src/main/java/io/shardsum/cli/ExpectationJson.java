package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.HashedRank;
import io.shardsum.expect.HashedTensor;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/** An expectation as one JSON object; keys are the tables' column names. */
final class ExpectationJson {
  private final HashedExpectation expectation;
  private final JsonGenerator json;

  private ExpectationJson(HashedExpectation expectation, JsonGenerator json) {
    this.expectation = expectation;
    this.json = json;
  }

  static void print(HashedExpectation expectation, PrintWriter out) {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      new ExpectationJson(expectation, json).write();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the expectation", e);
    }
    out.println();
  }

  private void write() throws IOException {
    json.writeStartObject();
    json.writeStringField("engine_checksum", expectation.checksum().orElse(null));
    json.writeArrayFieldStart("ranks");
    for (HashedRank rank : expectation.ranks()) {
      writeRank(rank);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("refused");
    for (HashedRank rank : expectation.ranks()) {
      for (Refusal refusal : rank.refused()) {
        writeRefusal(rank, refusal);
      }
    }
    json.writeEndArray();
    json.writeArrayFieldStart("tensors");
    for (HashedRank rank : expectation.ranks()) {
      for (HashedTensor tensor : rank.tensors()) {
        writeTensor(rank, tensor);
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writeRank(HashedRank rank) throws IOException {
    Topology topology = expectation.topology();
    json.writeStartObject();
    json.writeNumberField("rank", rank.rank());
    json.writeNumberField("tp_rank", topology.tpRankOf(rank.rank()));
    json.writeNumberField("tp_size", topology.tp());
    json.writeNumberField("pp_rank", topology.stageOf(rank.rank()));
    json.writeNumberField("pp_size", topology.pp());
    json.writeStringField("checksum", rank.checksum().orElse(null));
    json.writeNumberField("tensors", rank.tensors().size());
    json.writeNumberField("refused", rank.refused().size());
    json.writeNumberField("bytes", rank.bytes());
    json.writeEndObject();
  }

  private void writeRefusal(HashedRank rank, Refusal refusal) throws IOException {
    json.writeStartObject();
    json.writeNumberField("rank", rank.rank());
    json.writeStringField("tensor", refusal.tensor());
    json.writeStringField("reason", refusal.reason());
    json.writeEndObject();
  }

  private void writeTensor(HashedRank rank, HashedTensor hashed) throws IOException {
    json.writeStartObject();
    json.writeNumberField("rank", rank.rank());
    json.writeStringField("tensor", hashed.tensor().name());
    json.writeStringField("dtype", hashed.tensor().recipe().dtype().name());
    json.writeArrayFieldStart("shape");
    for (long dimension : hashed.tensor().recipe().shape()) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
    json.writeNumberField("bytes", hashed.tensor().recipe().lengthBytes());
    json.writeStringField("checksum", hashed.digests().checksum().orElse(null));
    json.writeStringField("sha256", hashed.digests().sha256().orElse(null));
    json.writeEndObject();
  }
}
