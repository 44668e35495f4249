package io.shardsum.expect.table;

import io.shardsum.fleet.YamlResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** The model classes of one engine, as its file of tables declares them. */
final class ModelTables {
  private static final String ENGINE = "engine";
  private static final Set<String> KEYS =
      Set.of(
          "parts",
          "text",
          "sizes",
          "groups",
          "absent",
          "never null",
          "held",
          "stored",
          "require",
          "require in each stage",
          "refuse",
          "refuse experts",
          "dropped",
          "options",
          "rows");
  private static final Set<String> OPTIONS =
      Set.of("activation", "block fp8", "channel fp8", "tensor fp8", "prefix", "float32 becomes");
  private static final Set<String> FUNCTIONS =
      Set.of(
          "flag",
          "count",
          "whole",
          "text",
          "texts",
          "numbers",
          "has",
          "given",
          "lists_layer",
          "entries",
          "known",
          "stored");

  /** What the program gives a value, in one place or another. */
  private static final Set<String> FACTS =
      words(
          "always L B M first last stage begin tp pp ep attn_dp gpu dtype scheme asks_for_fp8"
              + " has_experts experts has_head mistral_config consolidated_files rows ranks layers"
              + " by_tp by_attention by_moe whole");

  private final Map<String, ?> settings;
  private final ModelTable engine;
  private final Map<String, ModelTable> classes = new LinkedHashMap<>();

  private ModelTables(Map<String, ?> settings, ModelTable engine) {
    this.settings = settings;
    this.engine = engine;
  }

  private static Set<String> words(String text) {
    return Set.of(text.split(" ", -1));
  }

  /**
   * Reads and checks the tables.
   *
   * @param resource the file's name
   * @throws IllegalStateException if they are wrong, with the class and what was expected
   */
  static ModelTables load(String resource) {
    Map<String, ?> file = YamlResource.read(resource);
    Map<String, ?> settings = mapping(file.get("settings"));
    Map<String, ?> ofEngine = mapping(file.get(ENGINE));
    ModelTables tables = new ModelTables(settings, table(resource, ENGINE, ofEngine));
    Set<String> known = new HashSet<>(FACTS);
    settings.keySet().forEach(setting -> known.add(Settings.name(setting)));
    check(resource + ": " + ENGINE, tables.engine, tables.engine.sizes().values(), known);
    Map<String, Map<String, ?>> parts = new LinkedHashMap<>();
    mapping(file.get("parts"))
        .forEach((name, part) -> parts.put(name, whole(resource, name, mapping(part), parts)));
    mapping(file.get("classes"))
        .forEach(
            (names, declared) -> {
              Map<String, Object> whole = new LinkedHashMap<>(ofEngine);
              whole(resource, names, mapping(declared), parts)
                  .forEach((key, value) -> whole.merge(key, value, ModelTables::both));
              ModelTable table = table(resource, names, whole);
              check(resource + ": " + names, table, table.expressions(), known);
              for (String name : names.split(",\\s*", -1)) {
                tables.classes.put(name, table);
              }
            });
    return tables;
  }

  /** The engine's flags and variables, by name, and what they may be. */
  Map<String, ?> settings() {
    return settings;
  }

  /** What all classes of the engine have. */
  ModelTable engine() {
    return engine;
  }

  /** The table of a class, if there is one. */
  Optional<ModelTable> of(String architecture) {
    return Optional.ofNullable(classes.get(architecture));
  }

  /** The names of all classes. */
  List<String> names() {
    return List.copyOf(classes.keySet());
  }

  /** What is declared, after what its parts declare. */
  private static Map<String, ?> whole(
      String resource, String name, Map<String, ?> declared, Map<String, Map<String, ?>> parts) {
    Map<String, Object> whole = new LinkedHashMap<>();
    for (String part : texts(declared.get("parts"))) {
      if (!parts.containsKey(part)) {
        throw new IllegalStateException(
            "%s: %s: there is no part '%s' before it".formatted(resource, name, part));
      }
      parts.get(part).forEach((key, value) -> whole.merge(key, value, ModelTables::both));
    }
    declared.forEach((key, value) -> whole.merge(key, value, ModelTables::both));
    return whole;
  }

  private static Object both(Object before, Object after) {
    if (before instanceof Map<?, ?> map) {
      Map<Object, Object> both = new LinkedHashMap<>(map);
      both.putAll((Map<?, ?>) after);
      return both;
    }
    if (before instanceof List<?> list) {
      return Stream.concat(list.stream(), ((List<?>) after).stream()).toList();
    }
    return before + "\n" + after;
  }

  private static ModelTable table(String resource, String name, Map<String, ?> declared) {
    try {
      requireKnown(declared.keySet(), KEYS);
      Map<String, String> options = map(declared.get("options"), String::valueOf);
      requireKnown(options.keySet(), OPTIONS);
      return new ModelTable(
          Optional.ofNullable((String) declared.get("text")),
          map(declared.get("sizes"), size -> Expression.parse(String.valueOf(size))),
          groups(map(declared.get("groups"), String::valueOf)),
          map(declared.get("absent"), number -> ((Number) number).longValue()),
          new HashSet<>(texts(declared.get("never null"))),
          map(declared.get("held"), String::valueOf),
          map(declared.get("stored"), String::valueOf),
          conditions(declared.get("require")),
          conditions(declared.get("require in each stage")),
          conditions(declared.get("refuse")),
          conditions(declared.get("refuse experts")),
          map(
              declared.get("dropped"),
              when -> Optional.ofNullable(when).map(String::valueOf).map(Expression::parse)),
          options,
          Objects.toString(declared.get("rows"), "")
              .lines()
              .filter(line -> !line.isBlank())
              .flatMap(line -> TableRow.parse(line).stream())
              .toList());
    } catch (IllegalArgumentException | ClassCastException e) {
      throw new IllegalStateException("%s: %s: %s".formatted(resource, name, e.getMessage()), e);
    }
  }

  /** Of a group that is another one: what that is. */
  private static Map<String, Expression> groups(Map<String, String> declared) {
    return map(
        declared,
        group -> {
          String last = (String) group;
          while (declared.containsKey(last)) {
            last = declared.get(last);
          }
          return Expression.parse(last);
        });
  }

  private static void check(
      String where, ModelTable table, Collection<Expression> expressions, Set<String> facts) {
    Set<String> names = new HashSet<>(facts);
    names.addAll(table.sizes().keySet());
    try {
      expressions.forEach(expression -> requireKnown(expression.names(), names));
      for (Expression expression : expressions) {
        expression
            .calls()
            .forEach(
                (argument, function) -> {
                  requireKnown(Set.of(function), FUNCTIONS);
                  requireKnown(function.equals("known") ? Set.of(argument) : Set.of(), names);
                });
      }
      for (TableRow row : table.rows()) {
        if (!row.group().isEmpty()) {
          requireKnown(Set.of(row.group()), table.groups().keySet());
        }
        row.operation().requireFitting(row);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(where + ": " + e.getMessage(), e);
    }
  }

  private static void requireKnown(Set<String> names, Set<String> known) {
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "'%s' is not known; known: %s".formatted(name, new TreeSet<>(known)));
      }
    }
  }

  private static Map<Expression, String> conditions(Object declared) {
    Map<Expression, String> conditions = new LinkedHashMap<>();
    mapping(declared).forEach((k, v) -> conditions.put(Expression.parse(k), String.valueOf(v)));
    return conditions;
  }

  private static <V> Map<String, V> map(Object declared, Function<Object, V> value) {
    Map<String, V> map = new LinkedHashMap<>();
    mapping(declared).forEach((k, v) -> map.put(k, value.apply(v)));
    return map;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> mapping(Object declared) {
    return declared == null ? Map.of() : (Map<String, ?>) declared;
  }

  private static List<String> texts(Object declared) {
    List<String> texts = new ArrayList<>();
    if (declared != null) {
      ((List<?>) declared).forEach(text -> texts.add(String.valueOf(text)));
    }
    return texts;
  }
}
