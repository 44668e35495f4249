package io.shardsum.expect.table;

import io.shardsum.fleet.YamlResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** The model classes of one engine, as its file of tables declares them. */
public final class ModelTables {
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
          "dropped",
          "options",
          "rows");
  private static final Set<String> OPTIONS =
      Set.of(
          "activation",
          "block fp8",
          "channel fp8",
          "prefix",
          "float32 becomes",
          "runner on sm100",
          "redundant experts");
  private static final Set<String> FUNCTIONS =
      Set.of(
          "flag",
          "count",
          "text",
          "texts",
          "numbers",
          "has",
          "given",
          "lists_layer",
          "entries",
          "stored");
  private static final Set<String> LOOPS =
      Set.of(
          "always", "L", "B", "M", "first", "last", "stage", "begin", "tp", "pp", "ep", "attn_dp");

  private final Map<String, ModelTable> classes = new LinkedHashMap<>();

  private ModelTables() {}

  /**
   * Reads and checks the tables.
   *
   * @param resource the file's name
   * @param facts names that the engine gives a value
   * @param groups of ranks that the engine knows
   * @throws IllegalStateException if they are wrong, with the class and what was expected
   */
  public static ModelTables load(String resource, Set<String> facts, Set<String> groups) {
    ModelTables tables = new ModelTables();
    Map<String, ?> file = YamlResource.read(resource);
    Map<String, Map<String, ?>> parts = new LinkedHashMap<>();
    mapping(file.get("parts"))
        .forEach((name, part) -> parts.put(name, whole(resource, name, mapping(part), parts)));
    mapping(file.get("classes"))
        .forEach(
            (names, declared) -> {
              ModelTable table =
                  table(resource, names, whole(resource, names, mapping(declared), parts));
              check(resource + ": " + names, table, facts, groups);
              for (String name : names.split(",\\s*", -1)) {
                tables.classes.put(name, table);
              }
            });
    return tables;
  }

  /** The table of a class, if there is one. */
  Optional<ModelTable> of(String architecture) {
    return Optional.ofNullable(classes.get(architecture));
  }

  /** The names of all classes. */
  public List<String> names() {
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
          map(declared.get("groups"), String::valueOf),
          map(declared.get("absent"), number -> ((Number) number).longValue()),
          new HashSet<>(texts(declared.get("never null"))),
          map(declared.get("held"), String::valueOf),
          map(declared.get("stored"), String::valueOf),
          conditions(declared.get("require")),
          conditions(declared.get("require in each stage")),
          conditions(declared.get("refuse")),
          map(
              declared.get("dropped"),
              when -> Optional.ofNullable(when).map(String::valueOf).map(Expression::parse)),
          options,
          String.valueOf(declared.get("rows"))
              .lines()
              .filter(line -> !line.isBlank())
              .flatMap(line -> TableRow.parse(line).stream())
              .toList());
    } catch (IllegalArgumentException | ClassCastException e) {
      throw new IllegalStateException("%s: %s: %s".formatted(resource, name, e.getMessage()), e);
    }
  }

  private static void check(String where, ModelTable table, Set<String> facts, Set<String> groups) {
    Set<String> names = new HashSet<>(facts);
    names.addAll(LOOPS);
    names.addAll(table.sizes().keySet());
    try {
      table.expressions().forEach(expression -> requireKnown(expression.names(), names));
      table.expressions().forEach(e -> requireKnown(Set.copyOf(e.calls().values()), FUNCTIONS));
      for (TableRow row : table.rows()) {
        String group = table.groups().getOrDefault(row.group(), row.group());
        if (!group.isEmpty()) {
          requireKnown(Set.of(group), groups);
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
