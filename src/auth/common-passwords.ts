/** The passwords that guessers try first, of 8 characters and more: shorter ones fall to the rule on length. */

const WORDS = `
  12345678 123456789 1234567890 12345678910 123456789a 123123123 1234512345 12341234 11111111 111111111 1111111111
  00000000 000000000 0000000000 22222222 55555555 66666666 77777777 88888888 888888888 99999999 999999999 87654321
  987654321 9876543210 0987654321 0123456789 11223344 1122334455 112233445566 147258369 159357159 123654789 789456123
  12344321 12121212 123321123 12345679 147852369 741852963 963852741 20202020 password password1 password12 password123
  password1234 password12345 password123456 passw0rd passw0rd1 p@ssw0rd p@ssw0rd1 p@ssw0rd123 p@ssword pa55word
  pa$$word pa$$w0rd password! password1! password123! passwort passwort1 passwort123 motdepasse contraseña contrasena
  senha123 wachtwoord haslo123 parola123 mypassword mypassword1 newpassword thepassword yourpassword changeme
  changeme1 changeme123 changeit changethis letmein1 letmein123 welcome1 welcome12 welcome123 welcome1234 welcome@123
  welcome2025 welcome2026 admin123 admin1234 admin12345 admin123456 admin@123 adminadmin administrator administrator1
  rootroot root1234 toortoor test1234 test12345 testtest testing1 testing123 testuser guest123 guestguest user1234
  demo1234 demodemo default1 default123 temppass temp1234 temporary secret123 secretsecret topsecret master123
  masterkey qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyqwerty qwerty1! qwertz123
  azertyuiop asdfghjk asdfghjkl asdfasdf asdf1234 asdfjkl; asdfqwer zxcvbnm1 zxcvbnm123 zxcvbnm,. zxcv1234 1q2w3e4r
  1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 1qaz2wsx 1qaz2wsx3edc 1qaz@wsx 1qazxsw2 qazwsxedc qazwsxedcrfv qazwsx123
  qazxswedc !qaz2wsx zaq12wsx zaq1zaq1 zaq1xsw2 qweasdzxc qweasd123 qweqweqwe qwe12345 asd12345 abc12345 abcd1234
  abcdefgh abcdefghi abcdefghij abc123456 abcd12345 abcdefg1 a1b2c3d4 a1b2c3d4e5 aa123456 aa12345678 aaaaaaaa
  aaaaaaaaa a12345678 a123456789 1a2b3c4d 1234abcd 1234qwer 12345qwert 123456qwerty 123qweasd 123qwe123 123qweasdzxc
  12qwaszx iloveyou iloveyou1 iloveyou2 iloveyou123 iloveyou! ilovegod iloveme1 loveyou1 sunshine sunshine1 princess
  princess1 football football1 baseball baseball1 basketball superman superman1 batman123 spiderman starwars starwars1
  pokemon1 pokemon123 minecraft minecraft1 fortnite1 michael1 michelle jennifer jessica1 jonathan benjamin samantha
  victoria alexander elizabeth christian charlie1 charlie123 danielle nicholas patricia isabella veronica valentina
  computer computer1 internet internet1 whatever whatever1 trustno1 trustno1! dragon123 monkey123 shadow123 killer123
  hunter123 freedom1 jordan23 liverpool liverpool1 arsenal1 chelsea1 chelsea123 barcelona realmadrid juventus
  manchester manutd123 corvette mercedes ferrari1 porsche1 butterfly chocolate chocolate1 strawberry blink182 metallica
  nirvana1 slipknot maverick phoenix1 mustang1 midnight moonlight rainbow1 summer123 summer2025 summer2026 winter123
  winter2025 winter2026 spring123 spring2026 autumn123 autumn2026 january1 february november december september
  hello123 hello1234 hellohello helloworld goodluck lovelove lovely123 cheese123 cookie123 pepper123 ginger123
  google123 facebook facebook1 linkedin dropbox1 samsung1 samsung123 windows10 windows1 microsoft letmein! access14
  security security1 password0 password01 passpass pass1234 pass12345 pass@123 pass@1234 password@1 password@123
  p@55w0rd p4ssw0rd p4ssword company1 company123 scheduler scheduler1 scheduler123 carillon carillon1 carillon123
  correcthorsebatterystaple thequickbrownfox
`

const COMMON: ReadonlySet<string> = new Set(WORDS.split(/\s+/).filter((word) => word !== ''))

/** Judged in lower case. */
export const isCommonPassword = (lower: string): boolean => COMMON.has(lower) || isOneCharacter(lower)

const isOneCharacter = (text: string): boolean => new Set(text).size === 1
