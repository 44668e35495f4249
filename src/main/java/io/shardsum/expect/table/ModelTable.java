package io.shardsum.expect.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A model class in one engine, or a part that several classes have.
 *
 * @param text the object of config.json in which sizes are; empty: its root
 * @param sizes by name, as expressions over config.json
 * @param groups what a rank holds of that which a group of ranks shares, by the group's name
 * @param absent what transformers makes of keys that config.json does not have
 * @param present keys that must not be null
 * @param held prefixes of names in tables, and what the engine has for them
 * @param stored likewise, what the checkpoint has
 * @param require without which the engine does not start, and what to say then
 * @param requireEachStage what one layer of each stage must be, and what to say if none is
 * @param refuse with which nothing is known, and why
 * @param refuseExperts with which it is not known how experts lie, and why
 * @param dropped tensors that are loaded into nothing: a pattern, and when
 * @param options other properties, by name
 */
record ModelTable(
    Optional<String> text,
    Map<String, Expression> sizes,
    Map<String, Expression> groups,
    Map<String, Long> absent,
    Set<String> present,
    Map<String, String> held,
    Map<String, String> stored,
    Map<Expression, String> require,
    Map<Expression, String> requireEachStage,
    Map<Expression, String> refuse,
    Map<Expression, String> refuseExperts,
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
    all.addAll(groups.values());
    Stream.of(require, requireEachStage, refuse, refuseExperts)
        .forEach(conditions -> all.addAll(conditions.keySet()));
    dropped.values().forEach(when -> when.ifPresent(all::add));
    return all;
  }
}
