package io.shardsum.fleet;

import io.shardsum.text.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A mapping of the description, with its allowed keys; every complaint gives its line. */
final class YamlMapping {
  private static final int MAX_TEXTS = 1_000;

  /** What plain text can turn out to be. */
  private static final Set<Tag> MISREAD = Set.of(Tag.INT, Tag.FLOAT, Tag.BOOL);

  private final YamlSource source;
  private final String subject;
  private final Node node;
  private final Map<String, Node> values = new LinkedHashMap<>();

  /**
   * Takes a mapping apart.
   *
   * @throws FleetException if it is not one, or has a key twice or one that is not allowed
   */
  YamlMapping(YamlSource source, String subject, Node node, List<String> allowed) {
    this.source = source;
    this.subject = subject;
    this.node = node;
    if (!(node instanceof MappingNode mapping) || !node.getTag().equals(Tag.MAP)) {
      throw fault(node, "must be a mapping of " + allowed(allowed) + ", found " + found(node));
    }
    Map<String, Integer> lines = new LinkedHashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      String key = key(entry.getKeyNode(), allowed);
      Integer before = lines.putIfAbsent(key, YamlSource.lineOf(entry.getKeyNode()));
      if (before != null) {
        throw fault(entry.getKeyNode(), "key '" + key + "' is already at line " + before);
      }
      values.put(key, entry.getValueNode());
    }
  }

  private String key(Node keyNode, List<String> allowed) {
    String key =
        keyNode instanceof ScalarNode scalar ? scalar.getValue() : "(" + found(keyNode) + ")";
    if (!allowed.contains(key)) {
      String meant =
          NearestName.of(key, allowed).map(name -> " (did you mean '" + name + "'?)").orElse("");
      throw fault(
          keyNode,
          "unknown key " + MessageText.quoted(key) + meant + "; allowed: " + allowed(allowed));
    }
    return key;
  }

  private static String allowed(List<String> keys) {
    return String.join(", ", keys);
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** Whether the value of a key is a mapping. */
  boolean isMapping(String key) {
    return values.get(key) instanceof MappingNode;
  }

  int line() {
    return YamlSource.lineOf(node);
  }

  /** A fault of the whole mapping. */
  FleetException fault(String message) {
    return fault(node, message);
  }

  /** A fault of the value of a key that is there. */
  FleetException faultAt(String key, String message) {
    return fault(values.get(key), message);
  }

  private FleetException fault(Node at, String message) {
    return source.broken(at, subject, message);
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).map(value -> text(key, value));
  }

  String requiredText(String key) {
    return text(key).orElseThrow(() -> fault("key '" + key + "' is missing"));
  }

  Optional<Boolean> truth(String key) {
    return Optional.ofNullable(values.get(key))
        .map(
            value -> {
              if (value instanceof ScalarNode scalar && value.getTag().equals(Tag.BOOL)) {
                return Boolean.valueOf(scalar.getValue());
              }
              throw fault(value, "'" + key + "' must be true or false, found " + found(value));
            });
  }

  /** The value as its reader understands it; what the reader refuses gets its line. */
  <T> Optional<T> parsed(String key, Function<String, T> reader) {
    return read(key, text(key), reader);
  }

  /** What a key's value is to its reader; what the reader refuses gets its line. */
  <V, T> Optional<T> read(String key, Optional<V> value, Function<V, T> reader) {
    return value.map(
        of -> {
          try {
            return reader.apply(of);
          } catch (FleetException e) {
            throw faultAt(key, e.getMessage());
          }
        });
  }

  /** A whole number of at least 1. */
  Optional<Integer> size(String key) {
    return number(key, 1, Parallelism.MAX_RANKS);
  }

  /** A whole number between two others. */
  Optional<Integer> number(String key, int least, int most) {
    return Optional.ofNullable(values.get(key)).map(value -> number(key, value, least, most));
  }

  private int number(String key, Node value, int least, int most) {
    if (value.getTag().equals(Tag.INT)
        && value instanceof ScalarNode scalar
        && scalar.getValue().matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(scalar.getValue());
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw fault(
        value,
        String.format(
            Locale.ROOT,
            "'%s' must be a whole number from %d to %d, found %s",
            key,
            least,
            most,
            found(value)));
  }

  Optional<YamlMapping> mapping(String key, List<String> allowed) {
    return Optional.ofNullable(values.get(key))
        .map(value -> new YamlMapping(source, within(key), value, allowed));
  }

  /** The mapping, or each mapping of the list, under a key; empty where the key is not there. */
  List<YamlMapping> mappings(String key, List<String> allowed) {
    Node value = values.get(key);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof SequenceNode)) {
      return List.of(new YamlMapping(source, within(key), value, allowed));
    }
    List<YamlMapping> mappings = new ArrayList<>();
    for (Node item : items(key)) {
      mappings.add(new YamlMapping(source, within(key), item, allowed));
    }
    return mappings;
  }

  private String within(String key) {
    return subject.isEmpty() ? key : subject + ": " + key;
  }

  /** The nodes of a list that must be there. */
  List<Node> items(String key) {
    Node value = values.get(key);
    if (value == null) {
      throw fault("key '" + key + "' is missing");
    }
    if (!(value instanceof SequenceNode list) || !value.getTag().equals(Tag.SEQ)) {
      throw fault(value, "'" + key + "' must be a list, found " + found(value));
    }
    return list.getValue();
  }

  Optional<List<String>> texts(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    List<Node> items = items(key);
    if (items.size() > MAX_TEXTS) {
      throw faultAt(
          key, "'" + key + "' has " + items.size() + " items; allowed: at most " + MAX_TEXTS);
    }
    return Optional.of(items.stream().map(item -> text(key, item)).toList());
  }

  /** Names of somebody else's making and their values: text, numbers, truth values or nothing. */
  Optional<Map<String, String>> settings(String key) {
    Node value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof MappingNode mapping) || !value.getTag().equals(Tag.MAP)) {
      throw fault(value, "'" + key + "' must be a mapping, found " + found(value));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      String name = scalar(key, entry.getKeyNode());
      String bare = name.startsWith("--") ? name.substring(2) : name;
      if (settings.put(bare, scalar(key, entry.getValueNode())) != null) {
        throw fault(entry.getKeyNode(), MessageText.quoted(bare) + " is set twice");
      }
    }
    return Optional.of(settings);
  }

  private String scalar(String key, Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      throw fault(node, "'" + key + "' must have single values, found " + found(node));
    }
    return node.getTag().equals(Tag.NULL) ? "" : scalar.getValue();
  }

  private String text(String key, Node value) {
    if (!(value instanceof ScalarNode scalar)) {
      throw fault(value, "'" + key + "' must be text, found " + found(value));
    }
    String text = scalar.getValue();
    if (!value.getTag().equals(Tag.STR)) {
      String remedy = MISREAD.contains(value.getTag()) ? "; write it in quotes" : "";
      throw fault(value, "'" + key + "' must be text, found " + found(value) + remedy);
    }
    if (text.isEmpty()) {
      throw fault(value, "'" + key + "' is empty");
    }
    boolean half = text.codePoints().anyMatch(point -> point >= 0xD800 && point <= 0xDFFF);
    if (half) {
      throw fault(
          value, "'" + key + "' holds half of a surrogate pair: " + MessageText.quoted(text));
    }
    return text;
  }

  private static String found(Node value) {
    Tag tag = value.getTag();
    if (value instanceof ScalarNode scalar) {
      if (tag.equals(Tag.NULL)) {
        return "nothing";
      }
      String text = MessageText.quoted(scalar.getValue());
      if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
        return "the number " + text;
      }
      if (tag.equals(Tag.BOOL)) {
        return "the truth value " + text;
      }
      if (tag.equals(Tag.STR)) {
        return "the text " + text;
      }
    } else if (tag.equals(Tag.SEQ)) {
      return "a list";
    } else if (tag.equals(Tag.MAP)) {
      return "a mapping";
    }
    return "a value with the tag " + MessageText.quoted(tag.getValue());
  }
}
