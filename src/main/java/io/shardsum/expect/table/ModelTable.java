package io.shardsum.expect.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A model class in one engine, or a part that several classes have.
 *
 * @param text the object of config.json in which sizes are; empty: its root
 * @param sizes by name, as expressions over config.json
 * @param groups which ranks of the engine a group of the table is
 * @param absent what transformers makes of keys that config.json does not have
 * @param present keys that must not be null
 * @param held prefixes of names in tables, and what the engine has for them
 * @param stored likewise, what the checkpoint has
 * @param require without which the engine does not start, and what to say then
 * @param requireEachStage what one layer of each stage must be, and what to say if none is
 * @param refuse with which nothing is known, and why
 * @param dropped tensors that are loaded into nothing: a pattern, and when
 * @param options other properties, by name
 */
record ModelTable(
    Optional<String> text,
    Map<String, Expression> sizes,
    Map<String, String> groups,
    Map<String, Long> absent,
    Set<String> present,
    Map<String, String> held,
    Map<String, String> stored,
    Map<Expression, String> require,
    Map<Expression, String> requireEachStage,
    Map<Expression, String> refuse,
    Map<String, Optional<Expression>> dropped,
    Map<String, String> options,
    List<TableRow> rows) {

  /** The name that the engine has for one of the table. */
  String heldName(String name) {
    return renamed(name, held);
  }

  /** The name that the checkpoint has for one of the table. */
  String storedName(String name) {
    return renamed(name, stored);
  }

  /** By the longest prefix. */
  private static String renamed(String name, Map<String, String> prefixes) {
    return new TreeMap<>(prefixes)
        .descendingMap().entrySet().stream()
            .filter(entry -> name.startsWith(entry.getKey()))
            .findFirst()
            .map(entry -> entry.getValue() + name.substring(entry.getKey().length()))
            .orElse(name);
  }

  boolean hasExperts() {
    return rows.stream().anyMatch(row -> row.name().contains(".experts"));
  }

  /** Every expression in it. */
  List<Expression> expressions() {
    List<Expression> all = new ArrayList<>();
    rows.forEach(row -> all.addAll(row.expressions()));
    all.addAll(require.keySet());
    all.addAll(requireEachStage.keySet());
    all.addAll(refuse.keySet());
    dropped.values().forEach(when -> when.ifPresent(all::add));
    return all;
  }
}
