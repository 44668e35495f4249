package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of hosts as shells and schedulers write them: {@code gpu-[01-64]}, {@code gpu-[01-04,17]},
 * {@code gpu-{01..64}}, {@code {a,b}-17}. Numbers keep the width of the first one.
 */
final class HostPattern {
  private static final int MOST_HOSTS = 10_000;

  private static final Pattern LIST =
      Pattern.compile(
          "(?<head>[^\\[\\]{}]*)(\\[(?<brackets>[^\\[\\]{}]*)]|\\{(?<braces>[^\\[\\]{}]*)})(?<tail>.*)");
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,9})(-|\\.\\.)([0-9]{1,9})");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?");

  private HostPattern() {}

  /**
   * The hosts that some patterns name, each once, in their order.
   *
   * @throws FleetException if one is no pattern, or there are none or too many
   */
  static List<String> hosts(List<String> patterns) {
    Set<String> hosts = new LinkedHashSet<>();
    for (String pattern : patterns) {
      for (String host : expanded(pattern, pattern)) {
        if (!NAME.matcher(host).matches()) {
          throw new FleetException(
              "not the name of a host: %s; allowed: letters, digits, '.', '-' and '_', and lists such as gpu-[01-64]"
                  .formatted(MessageText.quoted(host)));
        }
        hosts.add(host);
        requireFew(hosts.size(), pattern);
      }
    }
    if (hosts.isEmpty()) {
      throw new FleetException("'hosts' is empty: expected the names of hosts");
    }
    return List.copyOf(hosts);
  }

  private static List<String> expanded(String text, String pattern) {
    Matcher list = LIST.matcher(text);
    if (!list.matches()) {
      return List.of(text);
    }
    String items = list.group("brackets") == null ? list.group("braces") : list.group("brackets");
    List<String> tails = expanded(list.group("tail"), pattern);
    List<String> hosts = new ArrayList<>();
    for (String item : items(items, pattern)) {
      for (String tail : tails) {
        hosts.add(list.group("head") + item + tail);
        requireFew(hosts.size(), pattern);
      }
    }
    return hosts;
  }

  private static List<String> items(String list, String pattern) {
    List<String> items = new ArrayList<>();
    for (String item : list.split(",", -1)) {
      Matcher range = RANGE.matcher(item);
      if (!range.matches()) {
        items.add(item);
        continue;
      }
      int first = Integer.parseInt(range.group(1));
      int last = Integer.parseInt(range.group(3));
      if (first > last) {
        throw new FleetException(
            "the range %s of %s ends before it begins"
                .formatted(MessageText.quoted(item), MessageText.quoted(pattern)));
      }
      requireFew(last - first + 1L, pattern);
      String format = "%0" + range.group(1).length() + "d";
      for (int number = first; number <= last; number++) {
        items.add(String.format(Locale.ROOT, format, number));
      }
    }
    return items;
  }

  private static void requireFew(long hosts, String pattern) {
    if (hosts > MOST_HOSTS) {
      throw new FleetException(
          MessageText.quoted(pattern) + " names more than " + MOST_HOSTS + " hosts");
    }
  }
}
