/**
 * The reference model: which outcomes Linux allows for a socket call, by which rule, and in which releases.
 *
 * <p>Pure: no sockets, no files, no clock. Uses {@code socket} and {@code transcript} for the types of calls and results;
 * everything that expects an outcome ({@code scenario}, {@code replay} and the commands) asks here.
 */
package org.reuseaddr.model;
