package io.shardsum.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java process of its own, with the class path of the tests and the options Spark needs.
 *
 * @param exitCode its exit code
 * @param output what it printed, standard output and error together
 */
public record JavaProcess(int exitCode, String output) {

  /**
   * Runs a class and waits for its end.
   *
   * @param directory where its output is kept
   * @param jvmOptions such as {@code -Xmx1g}
   */
  public static JavaProcess run(
      Path directory, List<String> jvmOptions, Class<?> mainClass, String... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "process", ".log");
    int exitCode =
        builder(jvmOptions, mainClass, arguments).redirectOutput(output.toFile()).start().waitFor();
    return new JavaProcess(exitCode, Files.readString(output));
  }

  /** Such a process, not yet started. */
  public static ProcessBuilder builder(
      List<String> jvmOptions, Class<?> mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("conf", "jvm.options").toAbsolutePath());
    command.addAll(jvmOptions);
    command.add("-Dspark.ui.enabled=false");
    command.add("-Dspark.driver.bindAddress=127.0.0.1");
    command.add("-Dspark.driver.host=127.0.0.1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }
}
