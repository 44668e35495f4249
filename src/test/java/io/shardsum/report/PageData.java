package io.shardsum.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The data of a page, read back. */
record PageData(JsonNode root) {

  private static final Pattern ELEMENT =
      Pattern.compile(
          "<script type=\"application/json\" id=\"report-data\">(.*?)</script>", Pattern.DOTALL);

  static PageData of(String html) {
    Matcher matcher = ELEMENT.matcher(html);
    if (!matcher.find()) {
      throw new AssertionError("The page has no data");
    }
    try {
      return new PageData(new ObjectMapper().readTree(matcher.group(1)));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** The text at a place of the numbered texts; null for -1. */
  String checksum(JsonNode number) {
    return number.asInt() < 0 ? null : root.get("checksums").get(number.asInt()).asText();
  }

  static <T> List<T> each(JsonNode array, Function<JsonNode, T> item) {
    List<T> items = new ArrayList<>();
    array.forEach(node -> items.add(item.apply(node)));
    return items;
  }

  /** A text, or null where there is none. */
  static String text(JsonNode object, String field) {
    return object.has(field) ? object.get(field).asText() : null;
  }
}
