/* lines.h: the dump programs' arguments, on the command line or one command a line of input.
 *
 * A program starts in milliseconds, under an emulator in tens of them: many small results
 * come from one start.  Each program has `command`, which takes what main would, without the
 * program's name, and writes its bytes; 0 if all went well.
 */
#ifndef TFPHILOX_TESTS_LINES_H
#define TFPHILOX_TESTS_LINES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int command(int argc, char **argv);

static int write_out(const void *data, size_t bytes) {
    return fwrite(data, 1, bytes, stdout) == bytes ? 0 : 1;
}

static int commands_of_lines(void) {
    char line[4096], *words[64];
    while (fgets(line, sizeof line, stdin) != NULL) {
        int count = 0;
        for (char *word = strtok(line, " \n"); word != NULL; word = strtok(NULL, " \n"))
            if (count < 64)
                words[count++] = word;
        const int status = command(count, words);
        if (status != 0) {
            fprintf(stderr, "%s %s: status %d\n", words[0], count > 1 ? words[1] : "", status);
            return status;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    const int status =
        argc == 2 && strcmp(argv[1], "-") == 0 ? commands_of_lines() : command(argc - 1, argv + 1);
    return fflush(stdout) == 0 ? status : 1;
}

#endif
