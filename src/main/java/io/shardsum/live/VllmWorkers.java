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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The workers in the keys of vLLM's answer: {@code dp0:pp0:pcp0:tp1:} and the tensor's name, which
 * may have colons of its own.
 */
final class VllmWorkers {

  private static final Pattern KEY =
      Pattern.compile(
          "dp([0-9]{1,5}):pp([0-9]{1,5}):pcp([0-9]{1,5}):tp([0-9]{1,5}):(.+)", Pattern.DOTALL);

  /** A worker; those that differ in {@code pcp} alone hold copies. */
  private record Worker(int dp, int pp, int pcp, int tp) {}

  private final Map<Worker, Map<String, String>> checksums = new LinkedHashMap<>();

  /** The tensors so far of the worker in a key. */
  Map<String, String> checksumsOf(String key, AnswerJson json) throws MalformedAnswerException {
    Matcher matcher = KEY.matcher(key);
    if (!matcher.matches()) {
      throw json.malformed("expected a key as in dp0:pp0:pcp0:tp0:NAME");
    }
    Worker worker =
        new Worker(number(matcher, 1), number(matcher, 2), number(matcher, 3), number(matcher, 4));
    return checksums.computeIfAbsent(worker, any -> new LinkedHashMap<>());
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  /** The name of the tensor in a key. */
  static String tensor(String key) {
    int begin = 0;
    for (int part = 0; part < 4; part++) {
      begin = key.indexOf(':', begin) + 1;
    }
    return key.substring(begin);
  }

  List<Optional<Entry>> entries() {
    List<Optional<Entry>> entries = new ArrayList<>();
    checksums.forEach(
        (worker, tensors) ->
            entries.add(
                Optional.of(
                    new Entry(tensors, Optional.empty(), InfoForm.ABSENT, List.of(info(worker))))));
    return entries;
  }

  private static Info info(Worker worker) {
    return new Info(
        Optional.empty(),
        OptionalInt.of(worker.tp()),
        OptionalInt.empty(),
        OptionalInt.of(worker.pp()),
        OptionalInt.empty(),
        OptionalInt.of(worker.dp()),
        OptionalInt.empty(),
        OptionalInt.empty());
  }
}
