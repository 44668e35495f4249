package io.shardsum.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;

/** A map as text, for a column: the same map is the same text, and no plan has to carry a map. */
public final class JsonColumn {

  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonColumn() {}

  public static String of(Map<String, ?> map) {
    try {
      return JSON.writeValueAsString(new TreeMap<>(map));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A map of strings is JSON", e);
    }
  }
}
