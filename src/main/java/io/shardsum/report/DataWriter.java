package io.shardsum.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the parts of the page's data share: the JSON that they write, and the numbers of texts and
 * engines in it. Texts of others are written as {@link ShownText#whole} has them.
 */
final class DataWriter {

  private final StringWriter text = new StringWriter();
  private final JsonGenerator json = new JsonFactory().createGenerator(text);
  private final Numbering checksums = new Numbering();
  private final Numbering groups = new Numbering();
  private final Numbering revisions = new Numbering();
  private final Map<EngineKey, Integer> engineNumbers = new HashMap<>();

  DataWriter(List<ReportedEngine> engines) throws IOException {
    engines.forEach(engine -> engineNumbers.put(engine.key(), engineNumbers.size()));
  }

  JsonGenerator json() {
    return json;
  }

  /** Digests, each once. */
  Numbering checksums() {
    return checksums;
  }

  /** Comparison groups, each once. */
  Numbering groups() {
    return groups;
  }

  /** Revisions of models, each once. */
  Numbering revisions() {
    return revisions;
  }

  /** The place of an engine among those of the scan; -1 where it is not one of them. */
  int numberOf(EngineKey engine) {
    return engineNumbers.getOrDefault(engine, -1);
  }

  void text(String field, String value) throws IOException {
    json.writeStringField(field, ShownText.whole(value));
  }

  void text(String field, Optional<String> value) throws IOException {
    if (value.isPresent()) {
      text(field, value.get());
    }
  }

  void texts(String field, Collection<String> values) throws IOException {
    json.writeArrayFieldStart(field);
    for (String value : values) {
      json.writeString(ShownText.whole(value));
    }
    json.writeEndArray();
  }

  void instant(String field, Instant value) throws IOException {
    json.writeStringField(field, value.toString());
  }

  void numbers(String field, Collection<Integer> values) throws IOException {
    json.writeArrayFieldStart(field);
    for (int value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }

  /** Ends the JSON, fit to stand in an HTML element {@code script}. */
  String end() throws IOException {
    json.close();
    // Outside of strings JSON has none of these; within, nothing may end the element.
    return text.toString().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }
}
