[ "$(sh slug.sh 'Big News')" = big-news ] && [ "$(sh slug.sh C++)" = c++ ] && sh test.sh
