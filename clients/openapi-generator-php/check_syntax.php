<?php
// Ends with 1 if one of the files that are named is no valid PHP; one process for many files, since `php -l` takes one each.
foreach (array_slice($argv, 1) as $file) {
    try {
        token_get_all(file_get_contents($file), TOKEN_PARSE);
    } catch (ParseError $error) {
        fwrite(STDERR, "$file:{$error->getLine()}: {$error->getMessage()}\n");
        exit(1);
    }
}
