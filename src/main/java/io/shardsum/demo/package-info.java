/**
 * Small fleets with planted faults, to see scans at work without weights of one's own: one to scan
 * once, and one whose weights change over a month of nights.
 */
package io.shardsum.demo;
