package io.shardsum.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.fleet.Endpoint;
import io.shardsum.fleet.EndpointKind;
import io.shardsum.fleet.LiveSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

/** The one request that is ever sent: for checksums. Other actions change a live engine. */
final class ChecksumRequest {

  private ChecksumRequest() {}

  static HttpRequest of(LiveSpec spec, Endpoint.Server server, Secret secret) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.url())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .header("Accept-Encoding", "gzip")
            .POST(BodyPublishers.ofString(body(spec)));
    secret.authorization().ifPresent(value -> request.header("Authorization", value));
    return request.build();
  }

  static String body(LiveSpec spec) {
    StringWriter body = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(body)) {
      json.writeStartObject();
      json.writeStringField("action", "checksum");
      if (spec.endpoint().kind() == EndpointKind.SGLANG) {
        json.writeStringField("selector", spec.endpoint().selector().word());
        if (!spec.skip().isEmpty()) {
          json.writeArrayFieldStart("skip_tensor_list");
          for (String pattern : spec.skip()) {
            json.writeString(pattern);
          }
          json.writeEndArray();
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("A string can be written to", e);
    }
    return body.toString();
  }
}
