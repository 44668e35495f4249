package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.expect.ExpectationDifference;
import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.HashedTensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What an engine would hold otherwise with another checkpoint, as one JSON object. */
final class AgainstJson {
  private final JsonGenerator json;

  private AgainstJson(JsonGenerator json) {
    this.json = json;
  }

  static void print(
      HashedExpectation first,
      HashedExpectation other,
      List<ExpectationDifference> differences,
      PrintWriter out) {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("engine_checksum", first.checksum().orElse(null));
      json.writeStringField("against_engine_checksum", other.checksum().orElse(null));
      json.writeArrayFieldStart("differences");
      for (ExpectationDifference difference : differences) {
        new AgainstJson(json).write(difference);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the differences", e);
    }
    out.println();
  }

  private void write(ExpectationDifference difference) throws IOException {
    json.writeStartObject();
    json.writeNumberField("rank", difference.rank());
    json.writeStringField("tensor", difference.tensor());
    json.writeStringField("kind", difference.kind().name().toLowerCase(Locale.ROOT));
    write("checkpoint", difference.one());
    write("against", difference.other());
    if (!difference.detail().isEmpty()) {
      json.writeStringField("reason", difference.detail());
    }
    json.writeEndObject();
  }

  private void write(String side, Optional<HashedTensor> tensor) throws IOException {
    if (tensor.isEmpty()) {
      json.writeNullField(side);
      return;
    }
    json.writeObjectFieldStart(side);
    json.writeStringField("dtype", tensor.get().tensor().recipe().dtype().name());
    json.writeArrayFieldStart("shape");
    for (long dimension : tensor.get().tensor().recipe().shape()) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
    json.writeStringField("from", tensor.get().tensor().recipe().toString());
    json.writeStringField("checksum", tensor.get().digests().checksum().orElse(null));
    json.writeStringField("sha256", tensor.get().digests().sha256().orElse(null));
    json.writeEndObject();
  }
}
