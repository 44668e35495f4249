package io.shardsum.live;

import io.shardsum.live.AnswerBody.Entry;
import io.shardsum.live.AnswerBody.Info;
import io.shardsum.live.AnswerBody.InfoForm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The workers in the keys of vLLM's answer: {@code dp0:pp0:pcp0:tp1:} and the tensor's name, which
 * may have colons, too. The segments may come in any order, and some may be missing. Workers that
 * differ in {@code pcp} or {@code dcp} alone hold copies; {@code ep} follows from the others.
 */
final class VllmWorkers {

  private static final Pattern SEGMENT = Pattern.compile("([a-z]{1,8})([0-9]{1,5}):");
  private static final Set<String> KNOWN = Set.of("dp", "pp", "pcp", "dcp", "tp", "ep");

  /** A key, cut. */
  private record Key(String worker, String tensor) {}

  /** A worker and the tensors that are listed of it. */
  private record Worker(Map<String, Integer> numbers, Map<String, String> checksums) {

    OptionalInt number(String segment) {
      Integer number = numbers.get(segment);
      return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    Info info() {
      return new Info(
          Optional.empty(),
          number("tp"),
          OptionalInt.empty(),
          number("pp"),
          OptionalInt.empty(),
          number("dp"),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty());
    }
  }

  private final Map<String, Worker> workers = new LinkedHashMap<>();

  /** The tensors so far of the worker in a key. */
  Map<String, String> checksumsOf(String key, AnswerJson json) throws MalformedAnswerException {
    String prefix = cut(key).worker();
    if (prefix.isEmpty() || prefix.length() == key.length()) {
      throw json.malformed("expected a key as in dp0:pp0:pcp0:tp0:NAME");
    }
    Worker worker = workers.get(prefix);
    if (worker == null) {
      worker = new Worker(numbers(prefix, json), new LinkedHashMap<>());
      workers.put(prefix, worker);
    }
    return worker.checksums();
  }

  /** The name of the tensor in a key. */
  static String tensor(String key) {
    return cut(key).tensor();
  }

  private static Key cut(String key) {
    Matcher segment = SEGMENT.matcher(key);
    int begin = 0;
    while (segment.region(begin, key.length()).lookingAt()) {
      begin = segment.end();
    }
    return new Key(key.substring(0, begin), key.substring(begin));
  }

  private static Map<String, Integer> numbers(String prefix, AnswerJson json)
      throws MalformedAnswerException {
    Map<String, Integer> numbers = new TreeMap<>();
    Matcher segment = SEGMENT.matcher(prefix);
    while (segment.find()) {
      String name = segment.group(1);
      if (!KNOWN.contains(name)) {
        throw json.malformed(
            "unknown segment '%s' of a worker: expected dp, pp, pcp, dcp, tp and ep"
                .formatted(name + segment.group(2)));
      }
      if (numbers.put(name, Integer.valueOf(segment.group(2))) != null) {
        throw json.malformed("the segment '%s' occurs twice".formatted(name));
      }
    }
    return numbers;
  }

  /**
   * The workers as ranks.
   *
   * @throws MalformedAnswerException if replicas hold different experts, so that they are no copies
   */
  List<Optional<Entry>> entries() throws MalformedAnswerException {
    requireEqualExperts();
    List<Optional<Entry>> entries = new ArrayList<>();
    for (Worker worker : workers.values()) {
      entries.add(
          Optional.of(
              new Entry(
                  worker.checksums(), Optional.empty(), InfoForm.ABSENT, List.of(worker.info()))));
    }
    return entries;
  }

  private void requireEqualExperts() throws MalformedAnswerException {
    Map<List<Integer>, Set<Integer>> experts = new LinkedHashMap<>();
    for (Worker worker : workers.values()) {
      if (worker.number("ep").isPresent()) {
        List<Integer> place = List.of(worker.number("pp").orElse(0), worker.number("tp").orElse(0));
        experts.computeIfAbsent(place, any -> new TreeSet<>()).add(worker.number("ep").getAsInt());
      }
    }
    for (Map.Entry<List<Integer>, Set<Integer>> place : experts.entrySet()) {
      if (place.getValue().size() > 1) {
        throw new MalformedAnswerException(
            "workers of pp%s and tp%s have the expert-parallel ranks %s: their replicas hold different experts, and cannot be compared with each other"
                .formatted(
                    place.getKey().get(0), place.getKey().get(1), Counted.list(place.getValue())));
      }
    }
  }
}
