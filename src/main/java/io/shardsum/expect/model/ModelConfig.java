package io.shardsum.expect.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.safetensors.OtherContent;
import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A checkpoint's {@code config.json}. A key that is null counts as absent, but where it is said
 * otherwise.
 */
public final class ModelConfig {
  /** The file's name. */
  static final String FILE_NAME = "config.json";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // as Python reads and writes it
          .build();

  /** Without any key. */
  public static final ModelConfig EMPTY = new ModelConfig(JSON.createObjectNode());

  private final JsonNode root;

  private ModelConfig(JsonNode root) {
    this.root = root;
  }

  /**
   * Parses the file.
   *
   * @throws ExpectException if it is not one JSON object
   */
  public static ModelConfig parse(byte[] json) {
    try {
      JsonNode root = JSON.readTree(json);
      if (!root.isObject()) {
        requireJson(json, null);
        throw new ExpectException(FILE_NAME + " is not an object");
      }
      return new ModelConfig(root);
    } catch (JsonProcessingException e) {
      requireJson(json, e);
      throw new ExpectException(FILE_NAME + " is not JSON: " + ForeignText.shown(reason(e)), e);
    } catch (java.io.IOException e) {
      throw new ExpectException(FILE_NAME + " cannot be read", e);
    }
  }

  /** Refuses what is wholly something else. */
  private static void requireJson(byte[] json, JsonProcessingException cause) {
    byte[] beginning = Arrays.copyOf(json, Math.min(json.length, OtherContent.BEGINNING_BYTES));
    OtherContent.insteadOfJson(beginning)
        .ifPresent(
            other -> {
              throw new ExpectException(FILE_NAME + " is not JSON but " + other, cause);
            });
  }

  /** The parser's words, of places line and column only. */
  private static String reason(JsonProcessingException e) {
    return e.getOriginalMessage().replaceAll("\\[Source: [^;\\]]*; ([^\\]]*)]", "$1");
  }

  public boolean has(String key) {
    return root.hasNonNull(key);
  }

  /** Whether the key is there, be it with null. */
  public boolean hasKey(String key) {
    return root.has(key);
  }

  /**
   * Checks a key whose value may be anything but null.
   *
   * @throws ExpectException if it is there with null
   */
  public void requireNotNull(String key) {
    if (root.path(key).isNull()) {
      throw wrong(key, "a value, or no such key");
    }
  }

  /** This configuration with that number under the key, whatever is there now. */
  public ModelConfig with(String key, long value) {
    ObjectNode copy = root.deepCopy();
    return new ModelConfig(copy.put(key, value));
  }

  /** The object under a key, as a configuration of its own; empty if it is absent. */
  public Optional<ModelConfig> object(String key) {
    return value(key, JsonNode::isObject, "an object").map(ModelConfig::new);
  }

  /**
   * A number of things, of which there is at least one.
   *
   * @throws ExpectException if it is absent or no whole number from 1
   */
  public long size(String key) {
    return optionalSize(key)
        .orElseThrow(() -> new ExpectException(FILE_NAME + " has no " + key + ": expected a size"));
  }

  /** As {@link #size}; empty if it is absent. */
  public OptionalLong optionalSize(String key) {
    return wholeFrom(1, key);
  }

  /** A whole number from 0; empty if it is absent. */
  public OptionalLong optionalCount(String key) {
    return wholeFrom(0, key);
  }

  private OptionalLong wholeFrom(int least, String key) {
    if (!has(key)) {
      return OptionalLong.empty();
    }
    JsonNode value = root.get(key);
    if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < least) {
      throw wrong(key, "a whole number from " + least);
    }
    return OptionalLong.of(value.intValue());
  }

  /** A number; empty if it is absent. */
  public Optional<Double> number(String key) {
    return value(key, JsonNode::isNumber, "a number").map(JsonNode::doubleValue);
  }

  /** True or false; false if it is absent, as in all classes that are covered. */
  public boolean flag(String key) {
    return value(key, JsonNode::isBoolean, "true or false")
        .filter(JsonNode::booleanValue)
        .isPresent();
  }

  /** A text; empty if it is absent. */
  public Optional<String> text(String key) {
    return value(key, JsonNode::isTextual, "a text").map(JsonNode::textValue);
  }

  /** A list of texts; empty if it is absent. */
  public List<String> texts(String key) {
    return list(key, JsonNode::isTextual, "a list of texts", JsonNode::textValue);
  }

  /** A list of whole numbers; empty if it is absent. */
  public List<Long> numbers(String key) {
    return list(key, JsonNode::isIntegralNumber, "a list of whole numbers", JsonNode::longValue);
  }

  private <T> List<T> list(
      String key, Predicate<JsonNode> isItem, String expected, Function<JsonNode, T> item) {
    List<T> items = new ArrayList<>();
    for (JsonNode value :
        value(key, JsonNode::isArray, "a list").orElseGet(JSON::createArrayNode)) {
      if (!isItem.test(value)) {
        throw wrong(key, expected);
      }
      items.add(item.apply(value));
    }
    return items;
  }

  private Optional<JsonNode> value(String key, Predicate<JsonNode> isFitting, String expected) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!isFitting.test(root.get(key))) {
      throw wrong(key, expected);
    }
    return Optional.of(root.get(key));
  }

  private ExpectException wrong(String key, String expected) {
    return new ExpectException(
        "%s: %s is %s; expected %s"
            .formatted(FILE_NAME, key, ForeignText.shown(root.get(key).toString()), expected));
  }
}
