/** How a command ends: its exit code, and exceptions that end it with one line for the user. */
package io.shardsum.exit;
