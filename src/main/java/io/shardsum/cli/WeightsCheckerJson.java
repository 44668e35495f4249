package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.checksum.WeightDigest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The answer of SGLang 0.5.23 to {@code /weights_checker}, written rank by rank.
 *
 * @see ExpectedAnswer
 * @see ScannedAnswer
 */
final class WeightsCheckerJson implements AutoCloseable {

  /** Where a rank stands, as {@code parallelism_info} says it. */
  record Place(
      int tpRank, int tpSize, int dpRank, int dpSize, int ppRank, int ppSize, int rank, int size) {}

  private final PrintWriter out;
  private final JsonGenerator json;
  private final List<String> ofRanks = new ArrayList<>();

  private WeightsCheckerJson(PrintWriter out, JsonGenerator json) {
    this.out = out;
    this.json = json;
  }

  /**
   * Begins an answer.
   *
   * @param replies how many schedulers reply
   */
  static WeightsCheckerJson begin(PrintWriter out, int replies) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.useDefaultPrettyPrinter();
    json.writeStartObject();
    json.writeBooleanField("success", true);
    json.writeStringField("message", String.join(" | ", Collections.nCopies(replies, "Success.")));
    json.writeArrayFieldStart("ranks");
    return new WeightsCheckerJson(out, json);
  }

  /**
   * Writes the next rank.
   *
   * @param tensors checksums by key
   * @param roles of the models of the rank
   */
  void rank(Map<String, String> tensors, String checksum, List<String> roles, Place place)
      throws IOException {
    ofRanks.add(checksum);
    json.writeStartObject();
    json.writeObjectFieldStart("checksums");
    for (Map.Entry<String, String> tensor : tensors.entrySet()) {
      json.writeStringField(tensor.getKey(), tensor.getValue());
    }
    json.writeEndObject();
    json.writeStringField("per_gpu_checksum", checksum);
    json.writeArrayFieldStart("parallelism_info");
    for (String role : roles) {
      write(role, place);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(String role, Place place) throws IOException {
    json.writeStartObject();
    json.writeStringField("role", role);
    json.writeNumberField("tp_rank", place.tpRank());
    json.writeNumberField("tp_size", place.tpSize());
    json.writeNumberField("dp_rank", place.dpRank());
    json.writeNumberField("dp_size", place.dpSize());
    json.writeNumberField("pp_rank", place.ppRank());
    json.writeNumberField("pp_size", place.ppSize());
    json.writeNumberField("rank", place.rank());
    json.writeNumberField("size", place.size());
    json.writeEndObject();
  }

  /** Writes the digest of the ranks that were written, in their order. */
  void end() throws IOException {
    json.writeEndArray();
    json.writeStringField("per_engine_checksum", WeightDigest.ofEngine(ofRanks));
    json.writeEndObject();
  }

  @Override
  public void close() {
    try {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the answer", e);
    }
    out.println();
  }
}
