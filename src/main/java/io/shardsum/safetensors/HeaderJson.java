package io.shardsum.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The header's object: tensors in the order of the text, each sound by itself, and metadata. */
final class HeaderJson {

  static final String METADATA_KEY = "__metadata__";

  private final HeaderTokens tokens;
  private final List<TensorEntry> tensors = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private HeaderJson(HeaderTokens tokens) {
    this.tokens = tokens;
  }

  static HeaderJson parse(String file, byte[] utf8) throws IOException {
    try (HeaderTokens tokens = new HeaderTokens(file, utf8)) {
      HeaderJson header = new HeaderJson(tokens);
      try {
        header.readObject();
      } catch (JsonProcessingException e) {
        SafetensorsFormatException broken =
            tokens.broken(FormatRule.HEADER_NOT_JSON, "JSON", syntaxError(e));
        broken.initCause(e);
        throw broken;
      }
      return header;
    }
  }

  private static String syntaxError(JsonProcessingException e) {
    String problem = HeaderText.shown(e.getOriginalMessage());
    if (e.getLocation() == null) {
      return problem;
    }
    return String.format(
        Locale.ROOT, "an error at character %d: %s", e.getLocation().getCharOffset(), problem);
  }

  private void readObject() throws IOException {
    tokens.next();
    Set<String> keys = new HashSet<>();
    while (tokens.next() == JsonToken.FIELD_NAME) {
      String key = tokens.text();
      if (!keys.add(key)) {
        throw key.equals(METADATA_KEY) ? tokens.duplicateKey(key) : tokens.stricterKey(key);
      }
      tokens.next();
      if (key.equals(METADATA_KEY)) {
        readMetadata();
      } else {
        tokens.about(key);
        tensors.add(TensorJson.read(tokens, key));
        tokens.about(null);
      }
    }
    if (tokens.next() != null) {
      throw tokens.broken(FormatRule.HEADER_NOT_JSON, "one object", "more after it");
    }
  }

  private void readMetadata() throws IOException {
    if (tokens.at(JsonToken.VALUE_NULL)) {
      return;
    }
    if (!tokens.at(JsonToken.START_OBJECT)) {
      throw tokens.broken(FormatRule.METADATA_NOT_STRINGS, "an object", tokens.found());
    }
    while (tokens.next() == JsonToken.FIELD_NAME) {
      String key = tokens.text();
      if (metadata.containsKey(key)) {
        throw tokens.stricterKey(key);
      }
      if (tokens.next() != JsonToken.VALUE_STRING) {
        throw tokens.broken(
            FormatRule.METADATA_NOT_STRINGS,
            "a string for " + HeaderText.quoted(key),
            tokens.found());
      }
      metadata.put(key, tokens.text());
    }
  }

  List<TensorEntry> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata;
  }
}
