package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.text.RecordJson;
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

  /**
   * What a rank answers.
   *
   * @param checksums of its tensors, by key
   * @param parallelismInfo of each of its models
   */
  record Rank(Map<String, String> checksums, String perGpuChecksum, List<Place> parallelismInfo) {}

  /** Where a rank is. */
  record Place(
      String role,
      int tpRank,
      int tpSize,
      int dpRank,
      int dpSize,
      int ppRank,
      int ppSize,
      int rank,
      int size) {}

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
    JsonGenerator json = RecordJson.PRINTED.generator(out);
    json.writeStartObject();
    json.writeBooleanField("success", true);
    json.writeStringField("message", String.join(" | ", Collections.nCopies(replies, "Success.")));
    json.writeArrayFieldStart("ranks");
    return new WeightsCheckerJson(out, json);
  }

  /** Writes the next rank. */
  void write(Rank rank) throws IOException {
    ofRanks.add(rank.perGpuChecksum());
    json.writePOJO(rank);
  }

  /** Writes the digest of the ranks that were written, in their order. */
  void end() throws IOException {
    json.writeEndArray();
    json.writeStringField("per_engine_checksum", WeightDigest.ofEngine(ofRanks));
    json.writeEndObject();
  }

  /** An answer that was not ended stays without its end. */
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
