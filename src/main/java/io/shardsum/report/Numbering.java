package io.shardsum.report;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Texts that occur often, each once: the page's data have their numbers. */
final class Numbering {

  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> texts = new ArrayList<>();

  /** The number of a text, which is new or was there. */
  int number(String text) {
    return numbers.computeIfAbsent(
        text,
        added -> {
          texts.add(added);
          return texts.size() - 1;
        });
  }

  /** The number of a text, or -1. */
  int number(Optional<String> text) {
    return text.map(this::number).orElse(-1);
  }

  /** The same texts in other words, each at its number, for the page's data. */
  Iterable<String> inWords(UnaryOperator<String> words) {
    return () -> texts.stream().map(words).map(ShownText::whole).iterator();
  }

  /** The texts, each at its number, for the page's data. */
  @JsonValue
  Iterator<String> shown() {
    return texts.stream().map(ShownText::whole).iterator();
  }
}
