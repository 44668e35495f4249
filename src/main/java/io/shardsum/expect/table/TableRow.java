package io.shardsum.expect.table;

import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A row of a table: {@code name | operation | sources | when | bias}.
 *
 * @param name in the engine; {@code .L.} stands for a layer's number, {@code .B.} for a block's of
 *     a tower, {@code .M.} for a merger's
 * @param group the ranks that share it; empty for none
 * @param isPlain a module that is never quantized
 * @param dtype if it has one of its own
 * @param sources of a refused tensor none
 * @param reason why it is refused, else empty
 * @param when the rank has it; empty: always
 * @param bias when a module has one; empty: never
 */
record TableRow(
    String name,
    Operation operation,
    String group,
    boolean isPlain,
    Optional<DType> dtype,
    List<TableSource> sources,
    String reason,
    Optional<Expression> when,
    Optional<Expression> bias) {
  /** What stands for a number in names. */
  static final List<String> LOOPS = List.of("L", "B", "M");

  private static final String LAYER = "model.layers.L";
  private static final String PLAIN = "plain ";
  private static final int COLUMNS = 5;

  /**
   * Reads a row, more than one where its name has lists in braces.
   *
   * @throws IllegalArgumentException if it is none
   */
  static List<TableRow> parse(String line) {
    List<String> columns =
        new ArrayList<>(Arrays.stream(line.split("\\|", -1)).map(String::strip).toList());
    while (columns.size() < COLUMNS) {
      columns.add("");
    }
    if (columns.size() > COLUMNS) {
      throw new IllegalArgumentException(
          "'%s': expected name | operation | sources | when | bias".formatted(line));
    }
    List<String> names = TableSource.expanded(columns.get(0));
    List<TableRow> rows = new ArrayList<>();
    for (int index = 0; index < names.size(); index++) {
      List<String> ofName = new ArrayList<>(columns);
      if (names.size() > 1) {
        ofName.set(2, TableSource.expanded(columns.get(2), index));
      }
      rows.add(of(ofLayer(names.get(index)), ofName));
    }
    return rows;
  }

  private static TableRow of(String name, List<String> columns) {
    String words = columns.get(1);
    boolean isPlain = words.startsWith(PLAIN);
    String bare = isPlain ? words.substring(PLAIN.length()) : words;
    Operation operation =
        Operation.at(bare)
            .orElseThrow(
                () -> new IllegalArgumentException("'%s' is no operation".formatted(bare)));
    String group = "";
    Optional<DType> dtype = Optional.empty();
    for (String word : bare.substring(operation.word().length()).strip().split(" ", -1)) {
      if (word.equals("f32") || word.equals("bf16")) {
        dtype = Optional.of(DType.valueOf(word.toUpperCase(Locale.ROOT)));
      } else {
        group = word;
      }
    }
    boolean isRefused = operation == Operation.REFUSED;
    List<TableSource> sources =
        isRefused
            ? List.of()
            : TableSource.parse(columns.get(2)).stream()
                .map(
                    s ->
                        new TableSource(
                            s.name().isEmpty() ? name : ofLayer(s.name()), s.dimensions()))
                .toList();
    return new TableRow(
        name,
        operation,
        group,
        isPlain,
        dtype,
        sources,
        isRefused ? columns.get(2) : "",
        condition(columns.get(3)),
        condition(columns.get(4)));
  }

  private static Optional<Expression> condition(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Expression.parse(text));
  }

  /** A name that begins with a dot is of a layer. */
  private static String ofLayer(String name) {
    return name.startsWith(".") ? LAYER + name : name;
  }

  /** The letter in the name that stands for a number, if there is one. */
  Optional<String> loop() {
    return LOOPS.stream().filter(letter -> name.contains("." + letter + ".")).findFirst();
  }

  /** The same with another operation. */
  TableRow with(Operation other) {
    return new TableRow(name, other, group, isPlain, dtype, sources, reason, when, bias);
  }

  /** Every expression in it. */
  List<Expression> expressions() {
    List<Expression> all = new ArrayList<>();
    sources.stream()
        .flatMap(source -> source.dimensions().stream())
        .flatMap(dimension -> dimension.terms().stream())
        .forEach(term -> all.addAll(List.of(term.count(), term.unit())));
    when.ifPresent(all::add);
    bias.ifPresent(all::add);
    return all;
  }
}
