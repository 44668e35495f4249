package io.shardsum.fleet;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** The text that is read, as messages call it. */
record YamlSource(String name) {
  /**
   * What is wrong, with its line.
   *
   * @param subject whose it is, such as {@code engine 'chat-a'}; empty for the description itself
   */
  FleetException broken(Node at, String subject, String message) {
    return broken(lineOf(at), subject.isEmpty() ? message : subject + ": " + message);
  }

  FleetException broken(int line, String message) {
    return new FleetException(MessageText.printable(name) + " line " + line + ": " + message);
  }

  static int lineOf(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }
}
