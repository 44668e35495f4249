/**
 * The commands: arguments in, exit code and words out. Exit codes: {@link
 * io.shardsum.cli.ExitCode}.
 */
package io.shardsum.cli;
