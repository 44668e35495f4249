/**
 * The commands: arguments in, exit code and words out. Exit codes: {@link
 * io.shardsum.exit.ExitCode}.
 */
package io.shardsum.cli;
