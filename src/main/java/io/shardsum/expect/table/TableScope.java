package io.shardsum.expect.table;

import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.Share;
import io.shardsum.text.ForeignText;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What the names in a table stand for: facts of the engine, sizes of the table, config.json. */
final class TableScope {
  private static final String ROOT = "top.";

  private final ModelTable table;
  private final ModelConfig root;
  private final ModelConfig config;
  private final CheckpointTensors checkpoint;
  private final Map<String, Object> facts;

  private TableScope(
      ModelTable table,
      ModelConfig root,
      ModelConfig config,
      CheckpointTensors checkpoint,
      Map<String, Object> facts) {
    this.table = table;
    this.root = root;
    this.config = config;
    this.checkpoint = checkpoint;
    this.facts = facts;
  }

  /**
   * Completes the configuration as transformers does.
   *
   * @throws ExpectException if a key is null that must not be
   */
  static TableScope of(
      ModelTable table, ModelConfig root, CheckpointTensors checkpoint, Map<String, Object> facts) {
    ModelConfig config = table.text().flatMap(root::object).orElse(root);
    table.present().forEach(config::requireNotNull);
    for (Map.Entry<String, Long> absent : table.absent().entrySet()) {
      config =
          config.hasKey(absent.getKey()) ? config : config.with(absent.getKey(), absent.getValue());
    }
    return new TableScope(table, root, config, checkpoint, facts);
  }

  /** With another fact. */
  TableScope with(String name, Object value) {
    Map<String, Object> more = new HashMap<>(facts);
    more.put(name, value);
    return new TableScope(table, root, config, checkpoint, more);
  }

  /** The part of config.json that sizes are read from. */
  ModelConfig config() {
    return config;
  }

  /** What a name stands for; empty if config.json does not say it, or a setting is not set. */
  Optional<Object> named(String name) {
    if (facts.containsKey(name)) {
      return Optional.ofNullable(facts.get(name));
    }
    Expression size = table.sizes().get(name);
    return size != null ? size.value(this) : boxed(at(name).optionalSize(key(name)));
  }

  /** What a function gives; empty if config.json does not have what it is of. */
  Optional<Object> called(String function, String argument) {
    ModelConfig at = at(argument);
    String key = key(argument);
    return switch (function) {
      case "flag" -> Optional.of(at.flag(key));
      case "has" -> Optional.of(at.has(key));
      case "given" -> Optional.of(at.hasKey(key));
      case "lists_layer" -> Optional.of(at.numbers(key).contains(facts.get("L")));
      case "entries" -> Optional.of((long) at.numbers(key).size());
      case "known" -> Optional.of(named(argument).isPresent());
      case "count" -> boxed(at.optionalCount(key));
      case "whole" -> at.number(key).map(Double::longValue);
      case "text" -> at.text(key).map(text -> text);
      case "numbers" -> at.has(key) ? Optional.of(at.numbers(key)) : Optional.empty();
      case "texts" -> at.has(key) ? Optional.of(at.texts(key)) : Optional.empty();
      default -> Optional.of(checkpoint.find(table.storedName(filled(argument))).isPresent());
    };
  }

  private static Optional<Object> boxed(OptionalLong number) {
    return number.isEmpty() ? Optional.empty() : Optional.of(number.getAsLong());
  }

  /** The object that a key is in. */
  private ModelConfig at(String path) {
    boolean isOfRoot = path.startsWith(ROOT);
    String[] keys = (isOfRoot ? path.substring(ROOT.length()) : path).split("\\.", -1);
    ModelConfig at = isOfRoot ? root : config;
    for (int index = 0; index < keys.length - 1; index++) {
      at = at.object(keys[index]).orElse(ModelConfig.EMPTY);
    }
    return at;
  }

  private static String key(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** A name with the numbers of this layer or block. */
  String filled(String name) {
    String filled = name.startsWith(".") ? "model.layers.L" + name : name;
    for (String letter : TableRow.LOOPS) {
      if (facts.containsKey(letter)) {
        filled = filled.replace("." + letter + ".", "." + facts.get(letter) + ".");
      }
    }
    return filled;
  }

  /**
   * A whole number from 0.
   *
   * @throws ExpectException if config.json does not say it
   */
  long number(Expression expression) {
    return (long) value(expression);
  }

  /** As {@link #number(Expression)}, of a name. */
  long number(String name) {
    return (long) named(name).orElseThrow(() -> missing(name, "a size"));
  }

  /** Whether that is so. */
  boolean is(String name) {
    return (boolean) named(name).orElse(false);
  }

  /** What a rank holds of that which a group of ranks shares. */
  Share share(String group) {
    return (Share) value(table.groups().get(group));
  }

  /** The message of the first condition that holds. */
  Optional<String> first(Map<Expression, String> conditions) {
    return conditions.entrySet().stream()
        .filter(entry -> holds(Optional.of(entry.getKey())))
        .map(entry -> message(entry.getValue()))
        .findFirst();
  }

  /** Whether a condition holds; no condition always does. */
  boolean holds(Optional<Expression> condition) {
    return condition.isEmpty() || (boolean) value(condition.get());
  }

  private Object value(Expression expression) {
    try {
      return expression.value(this).orElseThrow(() -> missing(expression));
    } catch (ArithmeticException e) {
      throw new ExpectException(
          "config.json: %s cannot be computed: a size is 0, or too large".formatted(expression), e);
    }
  }

  private ExpectException missing(Expression expression) {
    for (String name : expression.names()) {
      if (named(name).isEmpty()) {
        Expression size = table.sizes().get(name);
        return size != null ? missing(size) : missing(name, "a size");
      }
    }
    for (Map.Entry<String, String> call : expression.calls().entrySet()) {
      if (called(call.getValue(), call.getKey()).isEmpty()) {
        return missing(
            call.getKey(), call.getValue().equals("count") ? "a number" : "a " + call.getValue());
      }
    }
    throw new IllegalStateException(expression.toString());
  }

  private static ExpectException missing(String path, String expected) {
    return new ExpectException(
        "config.json has no %s: expected %s"
            .formatted(path.startsWith(ROOT) ? path.substring(ROOT.length()) : path, expected));
  }

  /** What config.json calls a size. */
  String label(Expression expression) {
    Optional<String> name = expression.names().stream().findFirst();
    Optional<Expression> size = name.map(table.sizes()::get);
    return size.map(this::label).orElseGet(() -> name.orElseGet(expression::toString));
  }

  /** A message with the values of the names in braces. */
  String message(String text) {
    String filled = text;
    for (String part : text.split("[{}]", -1)) {
      if (text.contains("{" + part + "}")) {
        String value = String.valueOf(value(Expression.parse(part)));
        filled = filled.replace("{" + part + "}", ForeignText.shown(value));
      }
    }
    return filled;
  }
}
