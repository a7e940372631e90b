"""Words that so many people choose as passwords that guessers try them first.

Compared with a password in lower case, without the digits and signs at its ends, and with look-alikes read as
letters: `P@ssw0rd!23` is `password`.
"""

_WORDS = """
abc abcabc abcd abcdef abcdefg abcdefgh access account admin administrator adminadmin alexander amanda andrea
andrew angel angelina anonymous anthony apple arsenal asdasd asdf asdfasdf asdfgh asdfghjk asdfghjkl ashley
asshole august austin azerty azertyuiop babygirl badboy banana barcelona baseball basketball batman beautiful
blahblah blessed blink bluebird bond buster butterfly cameron caroline cartload changeit changeme charlie
cheese chelsea chicken chocolate christian chris cocacola computer cookie corvette cowboy crystal daniel
december default demo demodemo diamond dolphin dragon eagle elephant eminem enter everton family fender
ferrari flower football forever freedom friends fuckoff fuckyou gandalf garfield george ginger god google
guest hannah happy harley heaven hello helloworld hockey horses hunter iloveu iloveyou internet jackson
jasmine jennifer jessica jesus jordan joshua justin killer kitten lakers letmein liverpool login london
looking lovelove loveme lovely loveyou maggie manchester marina martin master matrix matthew melissa
mercedes michael michelle microsoft midnight monday monkey monster mother mustang myspace mynoob
naruto natasha newyork nicole nintendo nothing november oracle orange pass passpass passphrase passwd
password passwordpassword passw patrick peanut pepper phoenix pikachu pokemon princess private purple pussy
qazwsx qazwsxedc qqqq qwaszx qwe qweasd qweasdzxc qweqwe qwer qwert qwerty qwertyqwerty qwertyui qwertyuiop
qwertz qwertzuiop rainbow ranger realmadrid richard robert root rootroot samantha samsung scooter secret
september service shadow shop silver simple slipknot snoopy soccer sommer spiderman spring starwars steelers
stupid summer sunshine superman superstar sweetheart system teacher teen temp temporary tennis test tester
testing testpass testtest thomas thunder tigger tinkerbell toor trustno tuesday undertaker unknown user
username victoria wednesday welcome whatever william winter wolf xbox xxxx yamaha yankees yellow zaq zxc
zxcvb zxcvbn zxcvbnm
"""

_KEYBOARD_WALKS = """
1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5 zaq12wsx zaq1xsw2 1a2b3c4d a1b2c3d4
123qweasd 123qweasdzxc qwe123qwe trustno1 r2d2c3po
"""

COMMON_WORDS = frozenset(_WORDS.split())
KEYBOARD_WALKS = frozenset(_KEYBOARD_WALKS.split())
