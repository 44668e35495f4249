package io.shardsum.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which keys a JSON text has, and where: what scripts that read it rest on. */
public final class JsonKeys {

  private final Map<String, Set<String>> keys = new LinkedHashMap<>();

  private JsonKeys() {}

  /** A line for the root, and for each object below it: its path, and all keys that it can have. */
  public static String of(JsonNode root) {
    JsonKeys keys = new JsonKeys();
    keys.add(".", root);
    return keys.keys.entrySet().stream()
        .map(object -> object.getKey() + ": " + String.join(" ", object.getValue()) + "\n")
        .collect(Collectors.joining());
  }

  private void add(String path, JsonNode node) {
    if (node.isObject()) {
      keys.computeIfAbsent(path, added -> new LinkedHashSet<>());
    }
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      keys.get(path).add(property.getKey());
      add(
          path.equals(".") ? property.getKey() : path + "." + property.getKey(),
          property.getValue());
    }
    if (node.isArray()) {
      node.forEach(item -> add(path, item));
    }
  }
}
