package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.HashedRank;
import io.shardsum.expect.HashedTensor;
import io.shardsum.expect.Topology;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An expectation as SGLang 0.5.23 answers to {@code /weights_checker}: the first pipeline stage
 * alone, and its ranks once for each attention group.
 */
final class WeightsCheckerJson {
  private final Topology topology;
  private final List<HashedRank> answered;
  private final JsonGenerator json;

  private WeightsCheckerJson(HashedExpectation expectation, JsonGenerator json) {
    this.topology = expectation.topology();
    this.answered = new ArrayList<>();
    for (int reply = 0; reply < topology.attentionDp(); reply++) {
      answered.addAll(firstStage(expectation));
    }
    this.json = json;
  }

  /** Whether everything that the answer holds is predicted. */
  static boolean isPossible(HashedExpectation expectation) {
    return firstStage(expectation).stream().allMatch(rank -> rank.refused().isEmpty());
  }

  private static List<HashedRank> firstStage(HashedExpectation expectation) {
    return expectation.ranks().subList(0, expectation.topology().tp());
  }

  static void print(HashedExpectation expectation, PrintWriter out) {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      new WeightsCheckerJson(expectation, json).write();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the expectation", e);
    }
    out.println();
  }

  private void write() throws IOException {
    json.writeStartObject();
    json.writeBooleanField("success", true);
    json.writeStringField(
        "message", String.join(" | ", Collections.nCopies(topology.attentionDp(), "Success.")));
    json.writeArrayFieldStart("ranks");
    List<String> ofRanks = new ArrayList<>();
    for (HashedRank rank : answered) {
      String checksum = rank.checksum().orElseThrow();
      ofRanks.add(checksum);
      write(rank, checksum);
    }
    json.writeEndArray();
    json.writeStringField("per_engine_checksum", WeightDigest.ofEngine(ofRanks));
    json.writeEndObject();
  }

  private void write(HashedRank rank, String checksum) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("checksums");
    for (HashedTensor tensor : rank.tensors()) {
      json.writeStringField(tensor.tensor().name(), tensor.digests().checksum().orElseThrow());
    }
    json.writeEndObject();
    json.writeStringField("per_gpu_checksum", checksum);
    json.writeArrayFieldStart("parallelism_info");
    json.writeStartObject();
    json.writeStringField("role", "target");
    json.writeNumberField("tp_rank", topology.tpRankOf(rank.rank()));
    json.writeNumberField("tp_size", topology.tp());
    json.writeNumberField("dp_rank", topology.attentionDpRankOf(rank.rank()));
    json.writeNumberField("dp_size", topology.attentionDp());
    json.writeNumberField("pp_rank", topology.stageOf(rank.rank()));
    json.writeNumberField("pp_size", topology.pp());
    json.writeNumberField("rank", rank.rank());
    json.writeNumberField("size", topology.worldSize());
    json.writeEndObject();
    json.writeEndArray();
    json.writeEndObject();
  }
}
