package io.shardsum.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A command that has run in this process.
 *
 * @param err without lines of progress, of which a slow machine has more
 */
record CommandRun(int exitCode, String out, String err) {

  static CommandRun fleetScan(String... arguments) {
    return of("fleet-scan", arguments);
  }

  static CommandRun expect(String... arguments) {
    return of("expect", arguments);
  }

  static CommandRun of(String command, String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = command;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = Main.run(all, new PrintWriter(out, true), new PrintWriter(err, true));
    return new CommandRun(exitCode, out.toString(), withoutProgress(err.toString()));
  }

  private static String withoutProgress(String err) {
    return err.replaceAll("(?m)^read \\S+ \\S+(?: of .*, .* GB/s, .*|, writing tables.*)\\R", "");
  }
}
